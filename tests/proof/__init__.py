"""The fourteen rules of 首问负责 as questions to the books: asked by the state machine and by the simulated year."""
