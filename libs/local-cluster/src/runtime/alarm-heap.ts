/** A pending alarm of a clock. */
export interface Alarm {
  readonly atMs: number;
  /** In order of making: decides between alarms of the same time. */
  readonly number: number;
  readonly action: () => void;
  isCancelled: boolean;
}

/** Alarms by time, then by order of making; adding and taking one costs the logarithm of their number. */
export class AlarmHeap {
  private readonly alarms: Alarm[] = [];

  /** The next alarm that was not cancelled. */
  get first(): Alarm | undefined {
    while (this.alarms[0]?.isCancelled === true) this.shift();
    return this.alarms[0];
  }

  push(alarm: Alarm): void {
    const { alarms } = this;
    let place = alarms.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (isBefore(alarms[parent]!, alarm)) break;
      alarms[place] = alarms[parent]!;
      place = parent;
    }
    alarms[place] = alarm;
  }

  shift(): Alarm | undefined {
    const { alarms } = this;
    const [first] = alarms;
    const last = alarms.pop();
    if (last !== undefined && alarms.length > 0) this.sink(last);
    return first;
  }

  /** Puts an alarm in the place of the first one. */
  private sink(alarm: Alarm): void {
    const { alarms } = this;
    let place = 0;
    for (let child = 1; child < alarms.length; child = 2 * place + 1) {
      const other = alarms[child + 1];
      if (other !== undefined && isBefore(other, alarms[child]!)) child += 1;
      if (isBefore(alarm, alarms[child]!)) break;
      alarms[place] = alarms[child]!;
      place = child;
    }
    alarms[place] = alarm;
  }
}

function isBefore(left: Alarm, right: Alarm): boolean {
  return left.atMs < right.atMs || (left.atMs === right.atMs && left.number < right.number);
}
