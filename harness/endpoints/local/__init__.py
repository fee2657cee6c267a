"""The embedded endpoint: real weights in a real llama.cpp server, on loopback, on demand."""
