import { createReadStream, createWriteStream, existsSync, readFileSync } from 'node:fs';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isAbsolute, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { runProgram } from './run-program.js';

/** Where things come from besides the URI itself. */
export interface DownloadOptions {
  readonly stallTimeoutMs: number;
  readonly frameworksHome?: string | undefined;
  readonly hadoopHome?: string | undefined;
}

const longestRedirectChain = 50;

/** Bundles of certificate authorities as distributions install them. */
const authorityBundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** Brings what a URI names to `path`, overwriting it. Throws with a text for the task's `stderr`. */
export async function download(uri: string, path: string, options: DownloadOptions): Promise<void> {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(uri)?.[1]?.toLowerCase();
  switch (scheme) {
    case undefined:
    case 'file':
      return copyFile(localPath(uri, options.frameworksHome), path);
    case 'http':
    case 'https':
      return downloadHttp(new URL(uri), path, options.stallTimeoutMs);
    case 'ftp':
    case 'ftps': {
      const seconds = String(Math.ceil(options.stallTimeoutMs / 1000));
      const limits = ['--speed-limit', '1', '--speed-time', seconds];
      return runProgram('curl', [
        '--silent',
        '--show-error',
        '--fail',
        ...limits,
        '--output',
        path,
        '--',
        uri,
      ]);
    }
    default:
      if (options.hadoopHome === undefined) {
        throw new Error(`scheme '${scheme}' needs a hadoop client, and none is configured`);
      }
      return runProgram(join(options.hadoopHome, 'bin', 'hadoop'), ['fs', '-copyToLocal', '-f', uri, path]);
  }
}

function localPath(uri: string, frameworksHome: string | undefined): string {
  if (/^file:/i.test(uri)) {
    const url = new URL(uri);
    if (url.host !== '' && url.host !== 'localhost') throw new Error(`host '${url.host}' is not this one`);
    return fileURLToPath(`file://${url.pathname}`);
  }
  if (isAbsolute(uri)) return uri;
  if (frameworksHome === undefined) throw new Error('a relative path needs the option frameworks_home');
  return join(frameworksHome, uri);
}

async function copyFile(from: string, to: string): Promise<void> {
  await pipeline(createReadStream(from), createWriteStream(to));
}

/** GET with redirects; only a final 200 counts. Bytes are stored as they come, whatever encoding they claim. */
async function downloadHttp(url: URL, path: string, stallTimeoutMs: number): Promise<void> {
  let current = url;
  for (let hop = 0; hop < longestRedirectChain; hop++) {
    const response = await get(current, stallTimeoutMs);
    const { statusCode = 0, headers } = response;
    if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
      response.destroy();
      current = new URL(headers.location, current);
      if (!/^https?:$/.test(current.protocol)) throw new Error(`redirected to '${current.href}'`);
      continue;
    }
    if (statusCode !== 200) {
      response.destroy();
      throw new Error(`HTTP response code ${statusCode} for '${current.href}'`);
    }
    await pipeline(response, createWriteStream(path));
    if (!response.complete) throw new Error(`the connection to '${current.host}' broke off`);
    return;
  }
  throw new Error(`more than ${longestRedirectChain} redirects`);
}

function get(url: URL, stallTimeoutMs: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const isSecure = url.protocol === 'https:';
    const options = { headers: { 'user-agent': 'ekiden-fetcher', accept: '*/*' } };
    let response: IncomingMessage | undefined;
    const begin = (incoming: IncomingMessage): void => {
      response = incoming;
      resolve(incoming);
    };
    const request = isSecure
      ? requestHttps(url, { ...options, ca: systemAuthorities() }, begin)
      : requestHttp(url, options, begin);
    request.setTimeout(stallTimeoutMs, () => {
      const stall = new Error(`no data from '${url.host}' for ${stallTimeoutMs / 1000} s`);
      (response ?? request).destroy(stall);
    });
    request.on('error', reject);
    request.end();
  });
}

/** Certificate authorities of this machine; without a bundle, those that come with Node. */
function systemAuthorities(): Buffer | undefined {
  const named = process.env['SSL_CERT_FILE'];
  const bundle = [...(named === undefined ? [] : [named]), ...authorityBundles].find(existsSync);
  return bundle === undefined ? undefined : readFileSync(bundle);
}
