import type { State } from '#domain';

/** How often the state is looked at. */
const LOOK_INTERVAL_MS = 250;

/**
 * Keeps something in step with the state, level-triggered: looks several times a second, and calls only when an event
 * has happened since, or the state was rebuilt.
 */
export class StateFollower {
  private timer: NodeJS.Timeout | undefined;
  private followed: { readonly state: State; readonly position: number } | undefined;

  constructor(
    private readonly state: () => State,
    private readonly follow: (state: State) => void,
  ) {}

  /** Looks at once, then on and on without keeping the process alive. */
  start(): void {
    this.timer ??= setInterval(() => this.look(), LOOK_INTERVAL_MS);
    this.timer.unref();
    this.look();
  }

  /** The next start looks again, whatever has happened meanwhile. */
  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.followed = undefined;
  }

  private look(): void {
    const state = this.state();
    if (this.followed?.state === state && this.followed.position === state.position) return;
    this.followed = { state, position: state.position };
    this.follow(state);
  }
}
