/** Tiles that keep an adapter busy; software ones have few cores. */
export const busyTiles = { software: 8, hardware: 256 };
