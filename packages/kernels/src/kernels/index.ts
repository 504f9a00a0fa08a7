// One line for each room. Rooms are ordered as a training step uses them.
export {};
