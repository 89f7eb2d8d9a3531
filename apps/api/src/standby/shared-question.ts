/**
 * A question that many ask at once. One is under way at a time; its answer is good for those who came before it was
 * sent, whoever comes later waits for the next one (`spec/operations.md` §7.3).
 */
export class SharedQuestion<T> {
  private underWay: Promise<T> | undefined;
  private next: Promise<T> | undefined;

  /** `ask` sends the question and never rejects. */
  constructor(private readonly ask: () => Promise<T>) {}

  /** The answer to a question that is sent from now on. */
  answer(): Promise<T> {
    if (this.next !== undefined) return this.next;
    if (this.underWay === undefined) return this.send();
    this.next = this.underWay.then(() => {
      this.next = undefined;
      return this.send();
    });
    return this.next;
  }

  private send(): Promise<T> {
    const asked = this.ask().then((answer) => {
      this.underWay = undefined;
      return answer;
    });
    this.underWay = asked;
    return asked;
  }
}
