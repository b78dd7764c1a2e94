"""A simulated year of one district, through the real casebook and the real sweeps: `python -m tests.simulation`."""
