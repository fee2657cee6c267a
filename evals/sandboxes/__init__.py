"""Where agent commands run: the Docker engine and its local image, or bubblewrap without Docker."""
