/**
 * The log of a process that others depend on: lines of JSON. A line that cannot be written (the disk is full) is
 * lost, never an error; once there is room again the log says how many are missing.
 */
export class SupervisorLog {
  private lostLines = 0;
  private isTorn = false;

  /** `append` writes text to the end of the log and gives how many bytes it could write; it may throw. */
  constructor(
    private readonly append: (text: string) => number,
    private readonly now: () => Date,
  ) {}

  write(message: string, fields: Record<string, unknown>): void {
    if (this.lostLines > 0 && this.writeLine('the log could not be written', { lostLines: this.lostLines })) {
      this.lostLines = 0;
    }
    if (!this.writeLine(message, fields)) this.lostLines += 1;
  }

  private writeLine(message: string, fields: Record<string, unknown>): boolean {
    const line = `${JSON.stringify({ time: this.now().toISOString(), message, ...fields })}\n`;
    const text = this.isTorn ? `\n${line}` : line;
    let writtenBytes = 0;
    try {
      writtenBytes = this.append(text);
    } catch {
      // There is no other place to say it.
    }
    if (writtenBytes > 0) this.isTorn = writtenBytes < Buffer.byteLength(text);
    return writtenBytes > 0 && !this.isTorn;
  }
}
