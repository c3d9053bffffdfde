// Thrown where work that never returned to the loop was broken off by Ctrl-C: the command ends as whoever is interrupted does.

export class Interrupted extends Error {
  constructor() {
    super("interrupted");
  }
}
