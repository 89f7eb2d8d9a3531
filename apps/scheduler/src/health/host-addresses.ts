import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/** Names of agents rarely move; asking for every probe would keep the resolver's few threads busy. */
const KEPT_MS = 30_000;

interface Answer {
  readonly address: Promise<string>;
  readonly askedAtMs: number;
}

/** The addresses of hosts, asked for once per while and shared by all probes that need them. */
export class HostAddresses {
  private readonly answers = new Map<string, Answer>();

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  /** An address of the host, IPv4 if it has one. Rejects when the name is not known. */
  resolve(host: string): string | Promise<string> {
    if (isIP(host) !== 0) return host;
    const nowMs = this.nowMs();
    const known = this.answers.get(host);
    if (known !== undefined && nowMs - known.askedAtMs < KEPT_MS) return known.address;
    const address = this.ask(host);
    this.answers.set(host, { address, askedAtMs: nowMs });
    return address;
  }

  private async ask(host: string): Promise<string> {
    try {
      return (await lookup(host, { order: 'ipv4first' })).address;
    } catch (error) {
      this.answers.delete(host);
      throw error;
    }
  }
}
