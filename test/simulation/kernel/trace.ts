/** What happened, in order; the digest tells whether two runs were the same, event for event. */
export class Trace {
  private high = 0x811c9dc5;
  private low = 0x01000193;
  events = 0;
  readonly counts = new Map<string, number>();

  /** `print`: takes every line, if anybody wants to read them. */
  constructor(
    private readonly nowMs: () => number,
    private readonly print?: (line: string) => void,
  ) {}

  /** `kind`: what sort of thing happened. `text`: what, in words; part of the digest. */
  note(kind: string, text: string): void {
    this.events += 1;
    const nowMs = this.nowMs();
    this.mix(`${nowMs} ${kind} ${text}`);
    this.print?.(`${clockText(nowMs)} ${kind.padEnd(10)} ${text}`);
  }

  /** A fault was made; counted by its kind. */
  fault(kind: string, text = ''): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    this.note('FAULT', `${kind} ${text}`);
  }

  /** Something to read that is no part of what happened. */
  remark(who: string, text: string): void {
    this.print?.(`${clockText(this.nowMs())} ${who.padEnd(10)} ${text}`);
  }

  get digest(): string {
    return (this.high >>> 0).toString(16).padStart(8, '0') + (this.low >>> 0).toString(16).padStart(8, '0');
  }

  private mix(text: string): void {
    let { high, low } = this;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      high = Math.imul(high ^ code, 0x01000193);
      low = Math.imul(low ^ code, 0x85ebca6b) ^ (high >>> 15);
    }
    this.high = high;
    this.low = low;
  }
}

const two = (value: number): string => String(value).padStart(2, '0');

function clockText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${two(hours)}:${two(minutes)}:${two(seconds % 60)}.${String(ms % 1000).padStart(3, '0')}`;
}
