import { setTimeout as delay } from 'node:timers/promises';
import { CliProcess } from '../support/run-cli.js';
import { AppBooks } from './books.js';
import { Chance } from './chance.js';
import { Checker, type Finding } from './checker.js';
import { Client } from './client.js';
import { Definitions } from './definitions.js';
import { EkidenApi } from './ekiden-api.js';
import { nextStrikes, type Strike } from './faults.js';
import type { FaultKind } from './fault-kinds.js';
import type { TortureOptions } from './options.js';
import { Scene } from './scene.js';
import { StreamFollower } from './stream-follower.js';
import { Counts, Tally } from './tally.js';
import { Violation } from './violation.js';

const CLIENTS = 4;
const APPS_PER_CLIENT = 3;
const MOST_INSTANCES = 5;

/** Between two checks: so many times a fault, or some at once. */
const MOST_BLOWS = 5;

/** Checks after which the log is read anew. */
const CHECKS_PER_AUDIT = 25;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

export interface TortureResult {
  readonly tally: Tally;
  readonly violation: Violation | undefined;
  /** Ends of processes that nobody had told to end. */
  readonly ownEnds: Counts;
  /** Where logs and data were kept; only after a violation. */
  readonly evidence: string | undefined;
  readonly tookMs: number;
}

/**
 * Runs faults until there were enough of them, time is up, `ended` says so, or something happened that must not. Nothing is
 * left running.
 */
export async function torture(
  options: TortureOptions,
  print: (line: string) => void,
  ended?: AbortSignal,
): Promise<TortureResult> {
  const scene = await Scene.start({
    nodes: options.nodes,
    longestFreezeMs: options.longestFreezeMs,
    warn: (text) => print(`*** ${text} ***`),
  });
  const run = new TortureRun(scene, options, print);
  const isOver = (): boolean => ended?.aborted === true;
  const startedMs = performance.now();
  let violation: Violation | undefined;
  try {
    await run.toTheEnd(isOver);
  } catch (error) {
    violation = error instanceof Violation ? error : new Violation('command', [String(error)]);
  } finally {
    await run.dispose();
  }
  const tookMs = performance.now() - startedMs;
  await scene.dispose({ keepEvidence: violation !== undefined });
  const ownEnds = new Counts();
  for (const program of scene.programs)
    for (const end of program.ownEnds) ownEnds.add(`${program.name} with ${end}:`);
  const evidence = violation === undefined ? undefined : scene.evidence;
  return { tally: run.tally, violation, ownEnds, evidence, tookMs };
}

class TortureRun {
  readonly tally = new Tally();
  private readonly chance: Chance;
  private readonly clients: readonly Client[];
  private readonly checker: Checker;
  private readonly follower: StreamFollower;
  private readonly kinds: readonly FaultKind[];
  private checks = 0;
  private readonly print: (line: string) => void;

  constructor(
    private readonly scene: Scene,
    private readonly options: TortureOptions,
    print: (line: string) => void,
  ) {
    this.print = (line) => print(`${new Date().toISOString().slice(11, 23)} ${line}`);
    this.chance = new Chance(options.seed);
    this.kinds = options.kinds.filter((kind) => isPossible(kind, scene));
    const definitions = new Definitions(scene.directory);
    const forClients = this.chance.fork();
    const acknowledgedKeys = new Set<string>();
    this.clients = Array.from({ length: CLIENTS }, (_, index) =>
      newClient(index + 1, scene, definitions, {
        tally: this.tally,
        acknowledgedKeys,
        chance: forClients.fork(),
      }),
    );
    this.follower = new StreamFollower(scene.streamUrls);
    this.checker = new Checker({
      books: this.clients.flatMap(({ realm }) => realm.apps),
      api: new EkidenApi(scene.urls),
      clusterDir: scene.clusterDir,
      definitions,
      acknowledgedKeys,
      follower: this.follower,
      remark: (open) => this.print(`        still: ${open.join('; ')}`),
    });
  }

  /** @param isOver whether to end before the last fault, in good order */
  async toTheEnd(isOver: () => boolean): Promise<void> {
    const { options, tally } = this;
    const deadlineMs = performance.now() + (options.mostMinutes ?? Infinity) * 60_000;
    this.print(`seed ${options.seed}; logs in ${this.scene.directory}`);
    await this.check(performance.now());
    while (tally.faults.total < options.faults && performance.now() < deadlineMs && !isOver()) {
      for (const client of this.clients) client.resume();
      const blows = this.chance.between(1, MOST_BLOWS);
      for (let blow = 0; blow < blows && tally.faults.total < options.faults; blow += 1) await this.blow();
      await this.check(performance.now());
    }
    await this.wholeAudit();
  }

  async dispose(): Promise<void> {
    await this.follower.dispose();
    await Promise.all(this.clients.map((client) => client.dispose()));
  }

  /** One fault or some at once, from their beginning to their end. */
  private async blow(): Promise<void> {
    await delay(this.chance.between(50, 700));
    await Promise.all(nextStrikes(this.scene, this.kinds, this.chance).map((strike) => this.strike(strike)));
  }

  private async strike(strike: Strike): Promise<void> {
    this.tally.faults.add(strike.kind);
    this.print(`${String(this.tally.faults.total).padStart(6)}  ${strike.kind.padEnd(16)} ${strike.what}`);
    await strike.begin();
    await delay(strike.holdMs);
    await strike.end();
  }

  /** Lets the clients come to rest and looks whether everything is as it must be. */
  private async check(faultsEndedMs: number): Promise<Finding> {
    await Promise.all(this.clients.map((client) => client.pause()));
    const failure = this.clients.find((client) => client.failure !== undefined)?.failure;
    if (failure !== undefined) throw new Violation('command', [failure.message]);
    const finding = await this.checker.settled();
    const tookMs = performance.now() - faultsEndedMs;
    this.tally.recovered(tookMs);
    this.checks += 1;
    if (this.checks % CHECKS_PER_AUDIT === 0) await this.checker.audit();
    this.print(
      `        in order: ${finding.instances} instances of ${finding.apps} apps at position ${finding.position}, ` +
        `after ${seconds(tookMs)}`,
    );
    return finding;
  }

  /** The log as a whole: told as it is, and a chain that nobody broke. */
  private async wholeAudit(): Promise<void> {
    await this.checker.audit();
    const { code, stdout, stderr } = await new CliProcess(this.scene.urls.join(','), ['audit', 'verify'])
      .done;
    if (code !== 0) throw new Violation('audit', [stdout + stderr]);
    this.print(stdout.trim());
  }
}

function newClient(
  number: number,
  scene: Scene,
  definitions: Definitions,
  around: { readonly tally: Tally; readonly acknowledgedKeys: Set<string>; readonly chance: Chance },
): Client {
  const group = `/client-${number}`;
  const apps = Array.from({ length: APPS_PER_CLIENT }, (_, index) => new AppBooks(`${group}/app-${index}`));
  const realm = { group, apps, definitions, mostInstances: MOST_INSTANCES };
  return new Client(`client-${number}`, realm, { origins: scene.clientUrls, ...around });
}

function isPossible(kind: FaultKind, { disk, clocks, ensemble }: Scene): boolean {
  if (kind === 'disk-full') return disk !== undefined;
  if (kind === 'clock-step' || kind === 'clock-jump') return clocks !== undefined;
  if (kind.startsWith('broker') || kind.startsWith('zookeeper')) return ensemble !== undefined;
  return true;
}
