/**
 * Commands that connections go over and that have not ended yet. Whoever is about to exit waits for them: each ends
 * within a second or so of its connection.
 */
export const commandsUnderWay = new Set<Promise<void>>();
