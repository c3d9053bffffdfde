// Port: which processes live, so that what a dead one left behind is told from what a live one uses.
//
// Laws: `self` names this process and no other, also after the machine was started anew and ids are given out again. A process
// is "dead" only where that is sure. Text that is no name of a process is "elsewhere".

export interface Processes {
  readonly self: string;
  /** "elsewhere": of another machine or another container, whose processes are not seen from here. */
  look(name: string): "alive" | "dead" | "elsewhere";
}
