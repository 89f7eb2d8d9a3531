import type { ApiCommand, Reply } from '#domain';
import type { LogBook } from './log-book.js';
import { must, Violation } from './violation.js';

const NEVER_LOST = 'an acknowledged command is never lost';
const ONCE = 'a command is applied exactly once';
const SAME_ANSWER = 'the same key gets the first answer again';

/** A command with all that clients know of it. */
export interface IssuedCommand {
  readonly key: string;
  readonly command: ApiCommand;
  /** What the definition that it stores can be told by. */
  readonly mark: string | undefined;
  reply: Reply | undefined;
}

/** What clients asked for, and what they were told. */
export class CommandBook {
  readonly issued = new Map<string, IssuedCommand>();
  acknowledged = 0;

  constructor(private readonly log: LogBook) {}

  issue(command: ApiCommand, mark?: string): IssuedCommand {
    const issued = { key: `command-${this.issued.size + 1}`, command, mark, reply: undefined };
    this.issued.set(issued.key, issued);
    return issued;
  }

  /** A client was told that its command is done: it must be on the log, whole, by then. */
  acknowledge(issued: IssuedCommand, reply: Reply): void {
    const { key, mark } = issued;
    if (issued.reply !== undefined) this.checkRepetition(issued, reply);
    issued.reply = reply;
    this.acknowledged += 1;
    must(
      this.log.accepted.get(key) === 1,
      NEVER_LOST,
      () => `${key} is on the log ${this.log.accepted.get(key) ?? 0} times`,
    );
    if (reply.kind !== 'accepted') return;
    const deployments = this.log.deploymentsOf.get(key) ?? [];
    must(
      deployments.length === 1 && deployments[0] === reply.deploymentId,
      NEVER_LOST,
      () => `${key} was answered with deployment ${reply.deploymentId}, the log has ${deployments.join()}`,
    );
    if (mark === undefined) return;
    must(
      this.log.changesOf.get(key)?.includes(mark) === true,
      NEVER_LOST,
      () => `${key} was accepted, but nothing that it stored is on the log`,
    );
  }

  refuse({ key }: IssuedCommand, reply: Reply, status: number): void {
    if (reply.kind === 'refused' && reply.code === 'InternalError') {
      throw new Violation('a decision never fails', `${key}: ${reply.reason}`);
    }
    must(status < 500 || status === 503, 'no answer is an error of the server', () => `${key}: ${status}`);
  }

  /** At the end of the run. */
  checkAll(): void {
    for (const { key } of this.issued.values()) {
      const times = this.log.accepted.get(key) ?? 0;
      must(times <= 1, ONCE, () => `${key} was taken in ${times} times`);
      const deployments = this.log.deploymentsOf.get(key) ?? [];
      must(deployments.length <= 1, ONCE, () => `${key} started ${deployments.join(' and ')}`);
    }
  }

  private checkRepetition({ key, reply: first }: IssuedCommand, reply: Reply): void {
    const isSame =
      first?.kind === reply.kind &&
      (first.kind !== 'accepted' || (reply.kind === 'accepted' && first.deploymentId === reply.deploymentId));
    must(isSame, SAME_ANSWER, () => `${key}: ${JSON.stringify(first)} and ${JSON.stringify(reply)}`);
  }
}
