import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Agent, request } from 'undici';
import { CertificateForge, read, type Identity } from '../apps/api/src/listeners/certificates.fixture.js';

import { freePort, Site } from './support/site.js';

/** The program with its TLS flags, as its operator sees it. */
describe('Ekiden over TLS', () => {
  let forge: CertificateForge;
  let identity: Identity;
  let site: Site;

  beforeAll(() => {
    forge = new CertificateForge();
    identity = forge.selfSigned('node');
  });

  afterAll(() => forge.remove());

  beforeEach(async () => {
    site = await Site.create();
  });

  afterEach(() => site?.dispose());

  const tls = () => ['--tls_cert', identity.cert, '--tls_key', identity.key];

  test('serves nothing else with --disable_http, and stops in good order', async () => {
    const port = await freePort();
    const ekiden = site.run(...tls(), '--disable_http', '--https_port', String(port));
    expect(await ekiden.ready()).toBe(`https://127.0.0.1:${port}`);
    const dispatcher = new Agent({ connect: { ca: read(identity.cert) } });
    const leader = await request(`https://127.0.0.1:${port}/v2/leader`, { dispatcher });
    expect(await leader.body.json()).toEqual({ leader: `127.0.0.1:${port}` });
    await dispatcher.close();
    await expect(fetch(`http://127.0.0.1:${site.port}/ping`)).rejects.toThrow('fetch failed');
    expect(await ekiden.stop()).toEqual({ code: 0, signal: null });
  });

  test('is told what is wrong with its files, with code 112', async () => {
    const ekiden = site.run('--tls_cert', identity.cert, '--tls_key', '/nowhere/key.pem');
    expect(await ekiden.exited).toEqual({ code: 112, signal: null });
    expect(ekiden.output).toMatch(/`--tls_key` cannot be read: ENOENT.*\/nowhere\/key\.pem/);
  });

  test('ends with code 111 when the port of the TLS listener is taken', async () => {
    const ekiden = site.run(...tls(), '--https_port', String(site.port));
    expect(await ekiden.exited).toEqual({ code: 111, signal: null });
    expect(ekiden.output).toContain(`127.0.0.1:${site.port} is in use by another program`);
  });

  test('a node that leads alone gives up the lead on request, with code 103', async () => {
    const ekiden = await site.start();
    const answer = await fetch(`http://127.0.0.1:${site.port}/v2/leader`, { method: 'DELETE' });
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { message: 'Leadership abdicated', details: [] },
    ]);
    expect(await ekiden.exited).toEqual({ code: 103, signal: null });
  });
});
