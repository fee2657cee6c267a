"""Raw-wire checks of an endpoint's contract."""
