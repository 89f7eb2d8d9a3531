import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { once } from 'node:events';
import { Agent, request } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../api.fixture.js';
import { acceptApps, startCluster, type ClusterFlags, type TestCluster } from '../standby/cluster.fixture.js';
import { CertificateForge, PASSWORD, read, type Identity } from './certificates.fixture.js';
import { readTlsMaterial } from './tls-material.js';

let forge: CertificateForge;
let authority: Identity;
let node: Identity;
let stranger: Identity;
const open: { close(): Promise<void> }[] = [];

beforeAll(() => {
  forge = new CertificateForge();
  authority = forge.selfSigned('authority');
  node = forge.issued('node', authority);
  stranger = forge.selfSigned('stranger');
});

afterAll(() => forge.remove());

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function serve(...flags: string[]): Promise<TestApi> {
  const api = await startApi(flags, { tlsLookMs: 20 });
  open.push(api);
  return api;
}

async function serveCluster(flags: ClusterFlags): Promise<TestCluster> {
  const cluster = await startCluster(flags);
  open.push(cluster);
  acceptApps(cluster);
  return cluster;
}

const pem = ({ cert, key }: Identity) => ['--tls_cert', cert, '--tls_key', key];
/** What the client sees depends on who gives up first, and when. */
const REFUSED = /certificate|alert|self-signed|other side closed|ECONNRESET|EPIPE/;

const keystore = (identity: Identity) => [
  '--ssl_keystore_path',
  forge.keystore(identity),
  '--ssl_keystore_password',
  PASSWORD,
];

/** Asks over TLS as a client that believes `trusted`. */
async function ask(url: string, trusted: Identity, shown?: Identity, body?: object) {
  const identity = shown && { cert: read(shown.cert), key: read(shown.key) };
  const dispatcher = new Agent({ connect: { ca: read(trusted.cert), ...identity } });
  const method = body === undefined ? 'GET' : 'POST';
  const answer = await request(url, { dispatcher, method, body: body && JSON.stringify(body) });
  const text = await answer.body.text();
  await dispatcher.close();
  return { status: answer.statusCode, headers: answer.headers, text };
}

/** How a write at the standby ends, whoever answers there. */
const writtenAt = async ({ standby }: TestCluster) => {
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  const { statusCode, body } = await request(`${standby.url}/v2/apps`, {
    dispatcher,
    method: 'POST',
    body: '{"id":"/a"}',
  });
  const { message } = (await body.json()) as { message?: string };
  await dispatcher.close();
  return [statusCode, message];
};

describe('the listeners', () => {
  it('are both open, and the plain one is announced', async () => {
    const api = await serve(...pem(node));
    const plain = await fetch(`${api.url}/ping`);
    const secure = await ask(`${api.tlsUrl}/ping`, authority);
    expect([await plain.text(), secure.text]).toEqual(['pong', 'pong']);
    expect(secure.headers['x-marathon-leader']).toBe(`http://${api.hostPort}`);
    expect(new URL(api.url).port).toBe(api.hostPort.split(':')[1]);
  });

  it('is the one over TLS alone with --disable_http', async () => {
    const api = await serve(...pem(node), '--disable_http');
    expect(api.url).toBe(api.tlsUrl);
    const answer = await ask(`${api.url}/v2/leader`, authority);
    expect(JSON.parse(answer.text)).toEqual({ leader: api.hostPort });
    expect(answer.headers['x-marathon-leader']).toBe(`https://ekiden.example:${new URL(api.url).port}`);
  });

  it('takes a key store', async () => {
    const api = await serve(...keystore(node), '--disable_http');
    expect((await ask(`${api.url}/ping`, authority)).text).toBe('pong');
  });

  it('over TLS lets in only who has a certificate of --tls_client_ca, if there is one', async () => {
    const api = await serve(...pem(node), '--tls_client_ca', authority.cert);
    expect((await ask(`${api.tlsUrl}/ping`, authority, node)).text).toBe('pong');
    await expect(ask(`${api.tlsUrl}/ping`, authority)).rejects.toThrow(REFUSED);
    await expect(ask(`${api.tlsUrl}/ping`, authority, stranger)).rejects.toThrow(REFUSED);
  });

  it('answers what is no HTTP in the envelope', async () => {
    const api = await serve(...pem(node), '--disable_http');
    const socket = connect({
      port: Number(new URL(api.url).port),
      ca: read(authority.cert),
      host: '127.0.0.1',
    });
    await once(socket, 'secureConnect');
    socket.write('FOO / HTTP/1.1\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toContain('{"message":"Bad Request"}');
    socket.destroy();
  });
});

describe('certificates that change', () => {
  it('are in use as soon as they fit together', async () => {
    const [cert, key] = [join(forge.dir, 'renewed.crt'), join(forge.dir, 'renewed.key')];
    copyFileSync(node.cert, cert);
    copyFileSync(node.key, key);
    const api = await serve(...pem({ cert, key }));
    expect((await ask(`${api.tlsUrl}/ping`, authority)).text).toBe('pong');
    copyFileSync(stranger.cert, cert);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await ask(`${api.tlsUrl}/ping`, authority)).text).toBe('pong');
    copyFileSync(stranger.key, key);
    const outcome = () =>
      ask(`${api.tlsUrl}/ping`, stranger).then(
        ({ text }) => text,
        () => 'refused',
      );
    await expect.poll(outcome).toBe('pong');
    await expect(ask(`${api.tlsUrl}/ping`, authority)).rejects.toThrow(REFUSED);
  });
});

describe('between nodes', () => {
  it.each<[string, () => readonly string[]]>([
    ['an authority of --tls_ca', () => [...pem(node), '--tls_ca', authority.cert]],
    ['the certificate that they share', () => pem(node)],
    ['a certificate that vouches for itself', () => pem(stranger)],
    ['a key store that they share', () => keystore(stranger)],
    [
      'certificates on both sides',
      () => [...pem(node), '--tls_ca', authority.cert, '--tls_client_ca', authority.cert],
    ],
  ])('everything goes over TLS with %s', async (_, flags) => {
    const cluster = await serveCluster({ both: ['--disable_http', ...flags()] });
    const url = `${cluster.standby.url}/v2/apps`;
    const trusted = flags().includes(node.cert) ? authority : stranger;
    const written = await ask(url, trusted, node, { id: '/a' });
    expect([written.status, written.headers['x-marathon-via']]).toEqual([
      201,
      `1.1 ${cluster.standby.hostPort}`,
    ]);
    const readBack = await ask(url, trusted, node);
    expect(JSON.parse(readBack.text).apps).toMatchObject([{ id: '/a' }]);
    expect(readBack.headers).not.toHaveProperty('x-ekiden-stale');
    expect(readBack.headers['x-marathon-leader']).toBe(`https://${cluster.leader.hostPort}`);
  });

  it('are believed about their clients by their certificates', async () => {
    const api = await serve(...pem(node), '--tls_client_ca', authority.cert);
    const tls = { ca: read(authority.cert), cert: read(node.cert), key: read(node.key) };
    const dispatcher = new Agent({ connect: tls });
    const headers = { 'x-marathon-via': '1.1 a:1', 'x-forwarded-for': '198.51.100.7' };
    await request(`${api.tlsUrl}/v2/queue/x/delay`, { dispatcher, method: 'DELETE', headers });
    await dispatcher.close();
    expect(api.leader.submitted[0]?.actor).toMatchObject({ address: '198.51.100.7', via: '127.0.0.1' });
  });

  it('a leader that is not who it says it is gets nothing', async () => {
    const other = forge.issued('other', authority, 'DNS:other.example');
    const flags = [...pem(other), '--disable_http'];
    const cluster = await serveCluster({ both: flags });
    const believing = await serveCluster({ both: flags, standby: ['--leader_proxy_ssl_ignore_hostname'] });
    expect(await writtenAt(cluster)).toEqual([502, 'The certificate of the leader is refused.']);
    expect(cluster.leader.leader.submitted).toEqual([]);
    expect(await writtenAt(believing)).toEqual([201, undefined]);
  });
});

describe('files that are not what they should be', () => {
  it.each<[string, () => object, RegExp]>([
    ['missing', () => ({ tlsCert: '/nowhere', tlsKey: node.key }), /^`--tls_cert` cannot be read: ENOENT/],
    [
      'a key for a certificate',
      () => ({ tlsCert: node.key, tlsKey: node.key }),
      /^`--tls_cert`: .* holds no certificate in PEM form/,
    ],
    [
      'of different pairs',
      () => ({ tlsCert: node.cert, tlsKey: stranger.key }),
      /^`--tls_cert` and `--tls_key` cannot be used: .*mismatch/,
    ],
    ['no authorities', () => ({ ...files(node), tlsCa: node.key }), /^`--tls_ca`: .* holds no certificate/],
    [
      'of an old key store',
      () => ({ sslKeystorePath: jks(), sslKeystorePassword: 'x' }),
      /old format JKS; `keytool -importkeystore/,
    ],
    [
      'of another password',
      () => ({ sslKeystorePath: forge.keystore(node), sslKeystorePassword: 'x' }),
      /^`--ssl_keystore_path` with `--ssl_keystore_password` cannot be used: mac verify failure/,
    ],
  ])('%s are refused by the name of the flag', (_, settings, message) => {
    expect(() => readTlsMaterial({ ...NO_FILES, ...settings() })).toThrow(message);
  });

  it('are none without flags', () => {
    expect(readTlsMaterial(NO_FILES)).toBeUndefined();
  });
});

const NO_FILES = {
  tlsCert: undefined,
  tlsKey: undefined,
  tlsCa: undefined,
  tlsClientCa: undefined,
  sslKeystorePath: undefined,
  sslKeystorePassword: undefined,
};

const files = ({ cert, key }: Identity) => ({ tlsCert: cert, tlsKey: key });

function jks(): string {
  const path = join(forge.dir, 'old.jks');
  writeFileSync(path, Buffer.from('feedfeed00000002', 'hex'));
  return path;
}
