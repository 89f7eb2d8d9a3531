import { lookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** An address that no webhook may reach. */
export class DeniedAddressError extends Error {
  override readonly name = 'DeniedAddressError';

  constructor(address: string) {
    super(`${address} lies in a network that --webhook_denied_networks excludes`);
  }
}

type Done = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

/** Networks that requests must not go to, whatever name leads there (`spec/operations.md` §5). */
export class DeniedNetworks {
  private readonly denied = new BlockList();

  /** @param networks addresses, or networks such as `10.0.0.0/8`. */
  constructor(networks: readonly string[]) {
    for (const network of networks) {
      const [address = '', prefix] = network.split('/');
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      if (prefix === undefined) this.denied.addAddress(address, family);
      else this.denied.addSubnet(address, Number(prefix), family);
    }
  }

  /** @throws {DeniedAddressError} the host of the URL is an address that is excluded. */
  check(url: string): void {
    this.checkAddress(new URL(url).hostname.replace(/^\[|\]$/g, ''));
  }

  /** Resolves names as Node does, and fails when one of their addresses is excluded: asked for every connection. */
  readonly lookup: LookupFunction = (hostname, options: LookupOptions, callback) => {
    const done: Done = callback;
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return done(error, []);
      try {
        for (const { address } of addresses) this.checkAddress(address);
      } catch (denied) {
        return done(denied as Error, []);
      }
      if (options.all === true) return done(null, addresses);
      const [first] = addresses;
      return done(null, first?.address ?? '', first?.family);
    });
  };

  private checkAddress(address: string): void {
    const family = isIP(address);
    if (family !== 0 && this.denied.check(address, family === 6 ? 'ipv6' : 'ipv4'))
      throw new DeniedAddressError(address);
  }
}
