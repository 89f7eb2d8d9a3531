import { sample, type Distribution } from './distribution.js';
import { hashText, PURPOSES, type Purpose } from './fate.js';
import type { SimulatedAgent } from './simulated-agent.js';
import { WheelAlarm } from './timer-wheel.js';

/** What happens to an agent again and again. */
type Kind = 'crash' | 'partition' | 'restart';

const HOUR_MS = 3_600_000;
/** How long trouble takes whose duration nobody gave. */
const DEFAULT_DURATION_MS = 90_000;

const PURPOSE: Readonly<Record<Kind, Purpose>> = {
  crash: PURPOSES.crash,
  partition: PURPOSES.partition,
  restart: PURPOSES.restart,
};

/** One kind of trouble of one agent (spec/local-cluster.md §26.2): its own alarm for the beginning and for the end. */
class Trouble extends WheelAlarm {
  private turn = 0;
  private isOn = false;
  private readonly subject: number;

  constructor(
    private readonly agent: SimulatedAgent,
    private readonly kind: Kind,
    private readonly every: Distribution,
    private readonly lasting: Distribution,
  ) {
    super();
    this.subject = hashText(agent.hostname);
  }

  start(): void {
    this.turn += 1;
    this.wait(this.every);
  }

  override ring(): void {
    if (this.isOn) this.endTrouble();
    else this.beginTrouble();
  }

  private beginTrouble(): void {
    // Somebody else has stopped it, or sent it away: that is not for this alarm to end.
    if (!this.agent.isRunning) {
      this.start();
      return;
    }
    this.isOn = true;
    if (this.kind === 'partition') this.agent.link.partition({ toAgent: true, toMaster: true });
    else void this.agent.stop();
    this.wait(this.lasting);
  }

  private endTrouble(): void {
    this.isOn = false;
    if (this.kind === 'partition') this.agent.link.partition({ toAgent: false, toMaster: false });
    else void this.agent.comeBack({ newBoot: this.kind === 'crash' });
    this.start();
  }

  private wait(distribution: Distribution): void {
    const { wheel, fates } = this.agent.simulation;
    const turn = this.turn * 2 + (this.isOn ? 1 : 0);
    wheel.set(this, sample(distribution, fates.draws(PURPOSE[this.kind], this.subject, turn)));
  }
}

/** Starts the troubles that the group of an agent has; a rate is how often per hour. */
export function startTroubles(agent: SimulatedAgent): void {
  const { mtbfMs, mttrMs, partitionRate = 0, partitionMs, restartRate = 0 } = agent.troubles;
  const usual: Distribution = { dist: 'const', value: DEFAULT_DURATION_MS };
  if (mtbfMs !== undefined) new Trouble(agent, 'crash', mtbfMs, mttrMs ?? usual).start();
  if (partitionRate > 0)
    new Trouble(agent, 'partition', perHour(partitionRate), partitionMs ?? usual).start();
  if (restartRate > 0)
    new Trouble(agent, 'restart', perHour(restartRate), { dist: 'const', value: 1_000 }).start();
}

function perHour(rate: number): Distribution {
  return { dist: 'exponential', mean: HOUR_MS / rate };
}
