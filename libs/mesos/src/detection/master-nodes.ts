import type { MasterInfo } from '../protocol/master-info.js';
import { masterInfo } from '../protocol/shapes.js';
import { readMasterInfoMessage } from './master-info-message.js';

/** A child of the masters' node in ZooKeeper that stands for a master (`spec/mesos-client.md` §5.2). */
export interface MasterNodeName {
  readonly name: string;
  readonly sequence: number;
}

/** `json.info_0000000042`; `info_…` of old masters, with a protobuf message; a bare number of very old ones. */
const NAME = /^(?<label>json\.info_|info_|)(?<sequence>-?\d+)$/u;

/** The child that leads: the smallest number, as a number, of all that stand for masters; others are ignored. */
export function leadingNode(children: readonly string[]): MasterNodeName | undefined {
  let leader: MasterNodeName | undefined;
  for (const name of children) {
    const text = NAME.exec(name)?.groups?.['sequence'];
    if (text === undefined) continue;
    const sequence = Number(text);
    if (leader === undefined || sequence < leader.sequence) leader = { name, sequence };
  }
  return leader;
}

/** What a master announced in its node; nothing when it cannot be read. */
export function readMasterNode(name: string, data: Buffer): MasterInfo | undefined {
  switch (NAME.exec(name)?.groups?.['label']) {
    case 'json.info_':
      return readJson(data.toString('utf8'));
    case 'info_':
      return readMasterInfoMessage(data);
    default:
      return readPid(data.toString('utf8'));
  }
}

function readJson(text: string): MasterInfo | undefined {
  try {
    const info = JSON.parse(text) as unknown;
    return masterInfo(info) === undefined ? (info as MasterInfo) : undefined;
  } catch {
    return undefined;
  }
}

/** `master@10.0.0.1:5050` is all that very old masters tell. */
function readPid(pid: string): MasterInfo | undefined {
  const address = addressOfPid(pid);
  return address === undefined ? undefined : { id: '', pid, address };
}

/** How masters are to be reached. */
export interface MasterUrlOptions {
  readonly scheme: 'http' | 'https';
  /** By name rather than by address, as certificates want it. */
  readonly preferHostname: boolean;
}

const DEFAULT_PORT = 5050;

/** Base URL of a master: its address, or its name where that is preferred or the only thing there is. */
export function masterUrl(info: MasterInfo, { scheme, preferHostname }: MasterUrlOptions): URL | undefined {
  const fromPid = addressOfPid(info.pid ?? '');
  const ip = info.address?.ip ?? (info.ip === undefined ? fromPid?.ip : unpackIpv4(info.ip));
  const hostname = info.address?.hostname ?? info.hostname;
  const host = preferHostname ? (hostname ?? ip) : (ip ?? hostname);
  const port = info.address?.port ?? info.port ?? fromPid?.port ?? DEFAULT_PORT;
  if (host === undefined || host === '') return undefined;
  const text = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return URL.canParse(text) ? new URL(text) : undefined;
}

function addressOfPid(pid: string): { ip: string; port: number } | undefined {
  const [, ip, port] = /@\[?(?<ip>[^@[\]]+)\]?:(?<port>\d{1,5})\s*$/u.exec(pid) ?? [];
  return ip === undefined ? undefined : { ip, port: Number(port) };
}

/** Network byte order, read on a little-endian host: 16777343 is 127.0.0.1. */
function unpackIpv4(packed: number): string {
  return [0, 8, 16, 24].map((shift) => (packed >>> shift) & 0xff).join('.');
}
