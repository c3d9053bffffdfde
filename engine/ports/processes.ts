// Port: which processes of this machine live, so that what a dead one left behind is told from what a live one uses.
//
// Laws: `self` names this process and no other, also after the machine was started anew and ids are given out again.
// `isAlive` of a name that another machine made, or that is none, is false.

export interface Processes {
  readonly self: string;
  isAlive(name: string): boolean;
}
