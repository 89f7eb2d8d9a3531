import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { programPath } from '../supervisor/program.js';
import { FetchCache } from './fetch-cache.js';
import { Fetcher, type FetcherOptions, type FetchResult, type TaskUri } from './fetcher.js';

let root: string;
let sandbox: string;
let source: string;
let server: Server;
let base: string;
let requests: string[];
let answer: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
let cache: FetchCache;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fetch-'));
  sandbox = join(root, 'sandbox');
  source = join(root, 'source');
  await Promise.all([mkdir(sandbox), mkdir(join(source, 'site', 'sub'), { recursive: true })]);
  await writeFile(join(source, 'site', 'index.html'), 'hello');
  await writeFile(join(source, 'site', 'sub', 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  await symlink('index.html', join(source, 'site', 'start'));
  requests = [];
  answer = undefined;
  cache = new FetchCache(join(root, 'cache'), 1_000_000);
  server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (answer !== undefined) return answer(request, response);
    void readFile(join(source, decodeURI((request.url ?? '').split('?')[0] ?? ''))).then(
      (body) => response.writeHead(200, { 'content-length': body.length }).end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(root, { recursive: true, force: true });
});

function fetchAll(
  uris: readonly TaskUri[],
  options: Partial<FetcherOptions> = {},
  directory = sandbox,
): Promise<FetchResult> {
  return new Fetcher({ stallTimeoutMs: 5_000, ...options }, cache).fetch({
    containerId: 'c1',
    uris,
    directory,
    logPath: join(directory, 'stderr'),
    userName: 'someone',
    signal: new AbortController().signal,
  });
}

const log = (): Promise<string> => readFile(join(sandbox, 'stderr'), 'utf8');
const failure = {
  ok: false,
  error: "Failed to fetch all URIs for container 'c1': exited with status 1",
};

describe('archives', () => {
  const archives: [name: string, make: string][] = [
    ['site.tar', 'tar -cf site.tar site'],
    ['site.tar.gz', 'tar -czf site.tar.gz site'],
    ['site.tgz', 'tar -czf site.tgz site'],
    ['site.tar.bz2', 'tar -cjf site.tar.bz2 site'],
    ['site.tbz2', 'tar -cjf site.tbz2 site'],
    ['site.tar.xz', 'tar -cJf site.tar.xz site'],
    ['site.txz', 'tar -cJf site.txz site'],
    [
      'site.zip',
      `python3 -c "
import os, stat, zipfile
with zipfile.ZipFile('site.zip', 'w', zipfile.ZIP_DEFLATED) as z:
    z.write('site/index.html')
    z.write('site/sub/run.sh')
    link = zipfile.ZipInfo('site/start'); link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    z.writestr(link, 'index.html')
"`,
    ],
  ];

  it.each(archives)('%s is unpacked with modes and links, and kept', async (name, make) => {
    execFileSync('sh', ['-c', make], { cwd: source });
    expect(await fetchAll([{ value: `${base}/${name}` }])).toEqual({ ok: true });
    expect(await readFile(join(sandbox, 'site', 'index.html'), 'utf8')).toBe('hello');
    expect((await stat(join(sandbox, 'site', 'sub', 'run.sh'))).mode & 0o777).toBe(0o755);
    expect((await lstat(join(sandbox, 'site', 'start'))).isSymbolicLink()).toBe(true);
    expect(await readdir(sandbox)).toContain(name);
  });

  it('of a single file (.gz) become that file', async () => {
    execFileSync('gzip', ['-k', 'site/index.html'], { cwd: source });
    expect(await fetchAll([{ value: join(source, 'site/index.html.gz') }])).toEqual({ ok: true });
    expect(await readFile(join(sandbox, 'index.html'), 'utf8')).toBe('hello');
  });

  it('stay packed when not to be extracted, or executable', async () => {
    execFileSync('sh', ['-c', 'tar -czf a.tgz site; cp a.tgz b.tgz'], { cwd: source });
    const uris = [
      { value: join(source, 'a.tgz'), extract: false },
      { value: join(source, 'b.tgz'), executable: true },
    ];
    expect(await fetchAll(uris)).toEqual({ ok: true });
    expect((await readdir(sandbox)).toSorted()).toEqual(['a.tgz', 'b.tgz', 'stderr']);
    expect((await stat(join(sandbox, 'b.tgz'))).mode & 0o777).toBe(0o755);
  });

  const escapes: [name: string, make: string][] = [
    ['an entry with ..', 'tar -cPf evil.tar --transform s,site,../../evil, site'],
    ['an absolute entry', 'tar -cPf evil.tar --transform s,^site,/tmp/evil-entry, site'],
    [
      'a file behind a link',
      'mkdir t && ln -s .. t/out && tar -cf evil.tar -C t out && rm t/out && mkdir t/out && echo x > t/out/evil && tar -rf evil.tar -C t out/evil',
    ],
    [
      'a hard link to a file behind a link',
      'echo x > secret; mkdir t && ln -s /etc t/out && ln secret t/secret && tar -cf evil.tar --transform "s,^secret$,out/passwd,rh" -C t out secret -C .. secret',
    ],
    [
      'a link in the place of a directory',
      `python3 -c "
import stat, zipfile
with zipfile.ZipFile('evil.zip', 'w') as z:
    z.writestr('out/', '')
    link = zipfile.ZipInfo('out'); link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    z.writestr(link, '..'); z.writestr('out/evil', 'x')
"`,
    ],
    [
      'a zip entry behind a link',
      `python3 -c "
import stat, zipfile
with zipfile.ZipFile('evil.zip', 'w') as z:
    link = zipfile.ZipInfo('out'); link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    z.writestr(link, '..'); z.writestr('out/evil', 'x')
"`,
    ],
  ];
  it.each(escapes)('with %s are refused', async (_name, make) => {
    execFileSync('sh', ['-c', make], { cwd: source });
    const archive = make.includes('evil.zip') ? 'evil.zip' : 'evil.tar';
    expect(await fetchAll([{ value: join(source, archive) }])).toMatchObject(failure);
    expect(await log()).toMatch(
      /archive entry '.+' (leaves the sandbox|goes through 'out')|invalid relative path/,
    );
    expect(await readdir(root)).not.toContain('evil');
  });

  const cacerts = '/etc/ssl/certs/ca-certificates.crt';
  const withLinks: [name: string, make: string][] = [
    ['jre.tar.gz', `ln -s ${cacerts} jre/cacerts && ln -s ../../up jre/up && tar -czf jre.tar.gz jre`],
    [
      'jre.zip',
      `python3 -c "
import stat, zipfile
with zipfile.ZipFile('jre.zip', 'w') as z:
    z.write('jre/java')
    for name, target in (('jre/cacerts', '${cacerts}'), ('jre/up', '../../up')):
        link = zipfile.ZipInfo(name); link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        z.writestr(link, target)
"`,
    ],
  ];
  it.each(withLinks)('keep links that point elsewhere: %s', async (name, make) => {
    execFileSync('sh', ['-c', `mkdir jre && echo java > jre/java && ${make}`], { cwd: source });
    expect(await fetchAll([{ value: join(source, name) }])).toEqual({ ok: true });
    expect(await readlink(join(sandbox, 'jre', 'cacerts'))).toBe(cacerts);
    expect(await readlink(join(sandbox, 'jre', 'up'))).toBe('../../up');
    expect(await readFile(join(sandbox, 'jre', 'java'), 'utf8')).toBe('java\n');
  });

  const withOutput: [name: string, make: string][] = [
    ['own.tar', 'ln -s /etc/passwd stdout && echo x > stderr && tar -cf own.tar stdout stderr site'],
    [
      'own.zip',
      `python3 -c "
import stat, zipfile
with zipfile.ZipFile('own.zip', 'w') as z:
    link = zipfile.ZipInfo('stdout'); link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    z.writestr(link, '/etc/passwd'); z.writestr('stderr', 'x'); z.write('site/index.html')
"`,
    ],
    ['stdout.gz', 'echo x | gzip > stdout.gz'],
  ];
  it.each(withOutput)('never take the place of the output of the task: %s', async (name, make) => {
    execFileSync('sh', ['-c', make], { cwd: source });
    await writeFile(join(sandbox, 'stdout'), 'said before\n');
    expect(await fetchAll([{ value: join(source, name) }])).toEqual({ ok: true });
    expect((await lstat(join(sandbox, 'stdout'))).isFile()).toBe(true);
    expect(await readFile(join(sandbox, 'stdout'), 'utf8')).toBe('said before\n');
    expect(await log()).toContain("Left out 'stdout'");
    expect(await readdir(sandbox)).toContain(name === 'stdout.gz' ? name : 'site');
  });

  it('replace what is there, links and all, but not what they point to', async () => {
    await writeFile(join(root, 'treasure'), 'mine');
    await symlink('../treasure', join(sandbox, 'index.html'));
    await symlink('../treasure', join(sandbox, 'run.sh'));
    execFileSync('sh', ['-c', 'cd site && gzip -k index.html && tar -cf ../run.tar -C sub run.sh'], {
      cwd: source,
    });
    const uris = ['run.tar', 'site/index.html.gz'].map((path) => ({ value: join(source, path) }));
    expect(await fetchAll(uris)).toEqual({ ok: true });
    expect(await readFile(join(root, 'treasure'), 'utf8')).toBe('mine');
    expect(await readFile(join(sandbox, 'index.html'), 'utf8')).toBe('hello');
    expect((await lstat(join(sandbox, 'run.sh'))).isFile()).toBe(true);
  });

  it('may hold large files, hard links and empty directories', async () => {
    execFileSync(
      'sh',
      [
        '-c',
        'mkdir big big/empty && head -c 5000000 /dev/urandom > big/a && ln big/a big/b && tar -czf big.tgz big',
      ],
      { cwd: source },
    );
    expect(await fetchAll([{ value: join(source, 'big.tgz') }])).toEqual({ ok: true });
    const [a, b] = await Promise.all(['a', 'b'].map((name) => stat(join(sandbox, 'big', name))));
    expect([a?.size, a?.ino]).toEqual([5_000_000, b?.ino]);
    expect((await readFile(join(sandbox, 'big', 'a'))).equals(await readFile(join(source, 'big', 'a')))).toBe(
      true,
    );
    expect(a?.mtimeMs).toBeCloseTo(Math.floor((await stat(join(source, 'big', 'a'))).mtimeMs / 1000) * 1000);
    expect(await readdir(join(sandbox, 'big', 'empty'))).toEqual([]);
  });

  it('that are damaged fail', async () => {
    await writeFile(join(source, 'bad.tar.gz'), 'no archive at all');
    expect(await fetchAll([{ value: join(source, 'bad.tar.gz') }])).toMatchObject(failure);
  });
});

describe('http', () => {
  it('follows redirects and keeps the bytes as they come', async () => {
    answer = (request, response) => {
      if (request.url === '/a') response.writeHead(302, { location: '/b' }).end();
      else response.writeHead(200, { 'content-encoding': 'gzip' }).end('not decoded');
    };
    expect(await fetchAll([{ value: `${base}/a` }])).toEqual({ ok: true });
    expect(await readFile(join(sandbox, 'a'), 'utf8')).toBe('not decoded');
  });

  it('needs a final 200', async () => {
    answer = (_request, response) => response.writeHead(204).end();
    expect(await fetchAll([{ value: `${base}/x` }])).toMatchObject(failure);
    expect(await log()).toContain('HTTP response code 204');
  });

  it('gives up a server that stalls', async () => {
    answer = (_request, response) => void response.writeHead(200, { 'content-length': 10 }).write('12');
    expect(await fetchAll([{ value: `${base}/x` }], { stallTimeoutMs: 100 })).toMatchObject(failure);
    expect(await log()).toContain('no data from');
  });

  it('takes a connection that breaks off for a failure', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('12');
      setTimeout(() => response.destroy(), 20);
    };
    expect(await fetchAll([{ value: `${base}/x` }])).toMatchObject(failure);
  });
});

describe('names', () => {
  it('are the text after the last slash, query included, or what is asked for', async () => {
    await writeFile(join(source, 'data'), 'x');
    const uris = [
      { value: `${base}/data?v=1` },
      { value: `file://${source}/data`, output_file: 'deep/er/name.txt' },
      { value: `file://localhost${source}/data` },
    ];
    expect(await fetchAll(uris)).toEqual({ ok: true });
    expect((await readdir(sandbox)).toSorted()).toEqual(['data', 'data?v=1', 'deep', 'stderr']);
    expect(await readFile(join(sandbox, 'deep/er/name.txt'), 'utf8')).toBe('x');
  });

  const refused: TaskUri[] = [
    { value: 'http://host' },
    { value: "http://host/it's" },
    { value: 'http://host/a\\b' },
    { value: 'http://host/' },
    { value: '/etc/hostname', output_file: '/etc/evil' },
    { value: '/etc/hostname', output_file: 'a/../../evil' },
    { value: 'relative/path' },
    { value: 'hdfs://namenode/file' },
    { value: 'file://elsewhere/etc/hostname' },
  ];
  it.each(refused)('that are not acceptable fail: $value $output_file', async (uri) => {
    expect(await fetchAll([uri])).toMatchObject(failure);
    expect(await log()).toContain(`Failed to fetch '${uri.value}'`);
  });

  it('may be relative to the frameworks home', async () => {
    expect(await fetchAll([{ value: 'site/index.html' }], { frameworksHome: source })).toEqual({ ok: true });
    expect(await readFile(join(sandbox, 'index.html'), 'utf8')).toBe('hello');
  });
});

describe('order', () => {
  it('is that of the list, and the first failure ends it', async () => {
    const uris = ['site/index.html', 'absent', 'site/sub/run.sh'].map((path) => ({
      value: `${base}/${path}`,
    }));
    expect(await fetchAll(uris)).toMatchObject(failure);
    expect(requests).toEqual(['GET /site/index.html', 'GET /absent']);
  });
});

const cached = (path: string): TaskUri => ({ value: `${base}/${path}`, cache: true });

describe('the cache', () => {
  it('downloads once for all who ask, and leaves no archive in the sandbox', async () => {
    execFileSync('tar', ['-czf', 'a.tgz', 'site'], { cwd: source });
    const other = join(root, 'other');
    await mkdir(other);
    await Promise.all([fetchAll([cached('a.tgz')]), fetchAll([cached('a.tgz')], {}, other)]);
    expect(await fetchAll([cached('a.tgz')])).toEqual({ ok: true });
    expect(requests.filter((request) => request === 'GET /a.tgz')).toHaveLength(1);
    expect((await readdir(sandbox)).toSorted()).toEqual(['site', 'stderr']);
  });

  it('drops what was used longest ago', async () => {
    cache = new FetchCache(join(root, 'cache'), 25);
    for (const name of ['a', 'b', 'c']) await writeFile(join(source, name), '0123456789');
    for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) await fetchAll([cached(name)]);
    const downloads = requests.filter((request) => request.startsWith('GET'));
    expect(downloads).toEqual(['GET /a', 'GET /b', 'GET /c', 'GET /b']);
  });

  it('is passed by when the size is unknown or too large', async () => {
    cache = new FetchCache(join(root, 'cache'), 5);
    await writeFile(join(source, 'large'), '0123456789');
    expect(await fetchAll([cached('large')])).toEqual({ ok: true });
    answer = (request, response) => response.writeHead(request.method === 'HEAD' ? 404 : 200).end('x');
    expect(await fetchAll([cached('unknown')])).toEqual({ ok: true });
    expect((await readdir(sandbox)).toSorted()).toEqual(['large', 'stderr', 'unknown']);
  });
});

it('ends with its agent, however that ends', async () => {
  const connected = new Promise<Socket>((resolve) => {
    answer = ({ socket }, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('12');
      resolve(socket);
    };
  });
  const request = {
    containerId: 'c1',
    uris: [{ value: `${base}/endless` }],
    directory: sandbox,
    logPath: join(sandbox, 'stderr'),
    userName: 'someone',
  };
  const program = `
    import { Fetcher } from ${JSON.stringify(programPath('fetcher/fetcher'))};
    const signal = new AbortController().signal;
    await new Fetcher({ stallTimeoutMs: 60_000 }).fetch({ ...${JSON.stringify(request)}, signal });`;
  const agent = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' });
  const connection = await connected;
  agent.kill('SIGKILL');
  await once(connection, 'close');
  expect(await log()).toContain('Fetching');
});

it('without URIs starts nothing', async () => {
  expect(await fetchAll([])).toEqual({ ok: true });
  expect(await readdir(sandbox)).toEqual([]);
});
