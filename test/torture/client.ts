import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Chance } from './chance.js';
import { randomCommand, type Command, type Realm } from './commands.js';
import type { Tally } from './tally.js';

/** A client gives up an attempt after this time, and tries again if it is a patient one. */
const ATTEMPT_MS = 3_000;

/** A command that nobody answers for so long is stuck. */
const PATIENCE_MS = 240_000;

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** What a client does not expect of a server that works. */
export class CommandFailure extends Error {}

/**
 * One client: commands the apps of its own group, one command after the other, and keeps their books. Most commands are
 * repeated with their `Idempotency-Key` until there is an answer; some are sent once without a key, and if no answer comes,
 * nobody knows what became of them.
 */
export class Client {
  private readonly pools: readonly Pool[];
  private work: Promise<void> | undefined;
  private isWorking = false;
  private turn = 0;
  private count = 0;
  /** Whether a deployment of the whole group may be under way. */
  private hasChangedGroup = false;
  /** What it could not live with; ends the run. */
  failure: CommandFailure | undefined;

  constructor(
    readonly name: string,
    readonly realm: Realm,
    private readonly around: {
      /** Where Ekiden is reached; the next one is tried when one does not answer. */
      readonly origins: readonly string[];
      readonly chance: Chance;
      readonly tally: Tally;
      /** Takes the keys of what was acknowledged. */
      readonly acknowledgedKeys: Set<string>;
    },
  ) {
    this.pools = around.origins.map((origin) => new Pool(origin, { connections: 2, pipelining: 1 }));
  }

  /** Goes on commanding. */
  resume(): void {
    if (this.isWorking || this.failure !== undefined) return;
    this.hasChangedGroup = false;
    this.isWorking = true;
    this.work = this.run().catch((error: unknown) => {
      this.failure = error instanceof CommandFailure ? error : new CommandFailure(String(error));
      this.isWorking = false;
    });
  }

  /** Ends the command under way, however long that takes, and begins no other one. */
  async pause(): Promise<void> {
    this.isWorking = false;
    await this.work;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.pools.map((pool) => pool.destroy()));
  }

  private async run(): Promise<void> {
    const { chance } = this.around;
    while (this.isWorking) {
      const command = randomCommand(this.realm, chance);
      if (command !== undefined) await this.carryOut(command);
      await delay(chance.between(20, 400));
    }
  }

  private async carryOut(command: Command): Promise<void> {
    this.count += 1;
    const key = this.around.chance.oneIn(5) ? undefined : `${this.name}-${this.count}`;
    const startedMs = performance.now();
    let hasGoneUnanswered = false;
    for (;;) {
      const answer = await this.attempt(command, key);
      if (answer !== undefined && answer.status < 500) {
        if (answer.status < 300 && key !== undefined) this.around.acknowledgedKeys.add(key);
        this.enter(command, answer, hasGoneUnanswered);
        return;
      }
      hasGoneUnanswered = true;
      if (key === undefined) {
        this.enterUnknown(command);
        return;
      }
      if (performance.now() - startedMs > PATIENCE_MS)
        throw new CommandFailure(
          `${command.method} ${command.path} got no answer for ${PATIENCE_MS / 1000} s; last: ${answer?.text}`,
        );
      await delay(this.around.chance.between(30, 200));
    }
  }

  /** `undefined` when no answer came. */
  private async attempt(command: Command, key: string | undefined): Promise<Answer | undefined> {
    const pool = this.pools[this.turn % this.pools.length]!;
    try {
      const { statusCode, body } = await pool.request({
        method: command.method,
        path: command.path,
        headers: {
          'content-type': 'application/json',
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        body: command.body === undefined ? null : JSON.stringify(command.body),
        signal: AbortSignal.timeout(ATTEMPT_MS),
      });
      return { status: statusCode, text: await body.text() };
    } catch {
      this.turn += 1;
      return undefined;
    }
  }

  private enter(command: Command, answer: Answer, hasGoneUnanswered: boolean): void {
    if (answer.status >= 400) {
      this.enterRefusal(command, answer, hasGoneUnanswered);
      return;
    }
    this.around.tally.acknowledged(command.kind);
    const body = JSON.parse(answer.text) as { version?: string; tasks?: readonly { id: string }[] };
    this.noteCancelled(command);
    for (const [app, effect] of command.effects) {
      app.acknowledged(effect);
      if (!command.replacesTasks) continue;
      app.leastVersion = body.version ?? app.leastVersion;
      app.isMixed = false;
    }
    for (const { id } of body.tasks ?? []) command.kills?.killed.add(id);
  }

  /**
   * A refusal says that nothing happened, unless an earlier attempt is still on its way: what was refused is not
   * remembered under its key, so that attempt may yet be carried out.
   */
  private enterRefusal(command: Command, answer: Answer, hasGoneUnanswered: boolean): void {
    if (answer.status !== 409 || !answer.text.includes('is locked'))
      throw new CommandFailure(
        `${command.method} ${command.path} was answered ${answer.status}: ${answer.text}`,
      );
    if (!hasGoneUnanswered) this.around.tally.refused(command.kind);
    if (hasGoneUnanswered) this.enterUnknown(command);
  }

  private enterUnknown(command: Command): void {
    this.around.tally.unknown(command.kind);
    this.noteCancelled(command);
    for (const [app, effect] of command.effects) app.unknown(effect);
  }

  /** A command that is forced on one app cancels a deployment of the whole group; the other apps stay as they are then. */
  private noteCancelled({ cancels, effects }: Command): void {
    if (cancels && this.hasChangedGroup)
      for (const app of this.realm.apps) if (!effects.has(app)) app.isMixed = true;
    if (effects.size > 1) this.hasChangedGroup = true;
  }
}
