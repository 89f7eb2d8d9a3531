import { rmSync } from 'node:fs';
import type { JavaServer } from './java-server.js';

/** Servers that belong together, each of which can be killed, frozen and started again at its place. */
export abstract class ServerGroup {
  protected constructor(
    private readonly directory: string,
    private readonly processes: readonly JavaServer[],
  ) {}

  get size(): number {
    return this.processes.length;
  }

  isRunning(index: number): boolean {
    return this.process(index).isRunning;
  }

  /** Ends a server as a power cut would. */
  kill(index: number): Promise<void> {
    return this.process(index).kill();
  }

  /** Stops a server in an orderly way. */
  stop(index: number): Promise<void> {
    return this.process(index).stop();
  }

  /** Stops a server in its tracks; its connections stay open. */
  freeze(index: number): void {
    this.process(index).freeze();
  }

  /** Lets a frozen server go on. */
  thaw(index: number): void {
    this.process(index).thaw();
  }

  /** Starts a server that ended, on its port and data. Does not wait: alone it cannot serve before others are back. */
  launch(index: number): void {
    this.process(index).launch();
  }

  /** Starts a server that ended, on its port and data, and waits until it serves clients. */
  async restart(index: number): Promise<void> {
    this.launch(index);
    await this.process(index).ready();
  }

  /** Ends all servers at once as a power cut would. */
  async killAll(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.kill()));
  }

  /** Starts all servers that ended and waits until every one serves clients. */
  async restartAll(): Promise<void> {
    const ended = this.processes.filter((process) => !process.isRunning);
    for (const process of ended) process.launch();
    await Promise.all(ended.map((process) => process.ready()));
  }

  /** Ends all servers and removes their files. */
  async dispose(): Promise<void> {
    await this.killAll();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Starts the servers for the first time; nothing is left of them when that fails. */
  protected async begin(): Promise<this> {
    try {
      await this.restartAll();
      return this;
    } catch (error) {
      await this.dispose();
      throw error;
    }
  }

  private process(index: number): JavaServer {
    const process = this.processes[index];
    if (process === undefined) throw new RangeError(`there is no server ${index}`);
    return process;
  }
}
