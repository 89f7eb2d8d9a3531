import { describe, expect, it, vi } from 'vitest';
import { Channel } from './channel.js';
import { DeliveryRounds } from './delivery-rounds.js';
import { Parcel, type Piece } from './parcel.js';
import type { StreamConnection } from './stream-connection.js';
import type { Subscription } from './subscription.js';

const piece = (text: string): Piece => ({ chunks: [Buffer.from(text)], messages: 1, countedBytes: 1 });

/** Remembers what it was handed. */
class Listener {
  skip = 0;
  readonly parcels: Parcel[] = [];

  deliver(parcel: Parcel): void {
    this.parcels.push(parcel);
  }

  get heard(): string {
    return this.parcels.map(({ bytes }) => bytes.toString()).join('|');
  }
}

const member = (listener: Listener): StreamConnection => listener as unknown as StreamConnection;

describe('Channel', () => {
  it('puts together once what all members get, and less for those who came meanwhile', () => {
    const channel = new Channel({} as Subscription);
    const [first, second, late, latest] = [new Listener(), new Listener(), new Listener(), new Listener()];
    channel.join(member(first));
    channel.join(member(second));
    channel.add(piece('a'));
    channel.add(undefined);
    channel.join(member(late));
    channel.add(piece('b'));
    channel.join(member(latest));
    const deliveries = channel.seal();
    expect(deliveries.map(({ parcel, to }) => [parcel.bytes.toString(), to])).toEqual([
      ['ab', [first, second]],
      ['b', [late]],
    ]);
    expect(channel.hasNews).toBe(false);
    channel.add(piece('c'));
    expect(channel.seal()).toMatchObject([{ to: [first, second, late, latest] }]);
  });
});

describe('Parcel', () => {
  it('is framed as a chunk of HTTP without being copied', () => {
    const { bytes, asChunk, messages } = new Parcel([piece('0123456789'), piece('abcdefgh')]);
    expect(asChunk.toString()).toBe('12\r\n0123456789abcdefgh\r\n');
    expect([bytes.toString(), messages]).toEqual(['0123456789abcdefgh', 2]);
    expect(bytes.buffer).toBe(asChunk.buffer);
  });
});

describe('DeliveryRounds', () => {
  it('sends at once to few, and together what many hear within some milliseconds', () => {
    vi.useFakeTimers();
    const channel = new Channel({} as Subscription);
    const rounds = new DeliveryRounds(new Map([['key', channel]]));
    const say = (text: string): void => {
      channel.add(piece(text));
      rounds.tell();
    };
    const listeners = Array.from({ length: 400 }, () => new Listener());
    channel.join(member(listeners[0]!));
    say('a');
    say('b');
    expect(listeners[0]!.heard).toBe('a|b');

    for (const listener of listeners.slice(1)) channel.join(member(listener));
    vi.advanceTimersByTime(1000);
    // The first word after a silence does not wait; 400 subscribers make rounds 20 ms apart.
    for (const text of ['c', 'd', 'e']) say(text);
    vi.advanceTimersByTime(10);
    expect(listeners.every(({ heard }) => heard.endsWith('c'))).toBe(true);
    vi.advanceTimersByTime(10);
    vi.runAllTimers();
    expect(listeners.every(({ heard }) => heard.endsWith('c|de'))).toBe(true);
    expect(new Set(listeners.map(({ parcels }) => parcels.at(-1))).size).toBe(1);
    rounds.close();
    vi.useRealTimers();
  });
});
