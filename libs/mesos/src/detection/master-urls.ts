const DEFAULT_PORT = 5050;

/** The base URLs of the masters, or why the text is not a list of them. */
export type ParsedMasterUrls = { ok: true; urls: [URL, ...URL[]] } | { ok: false; error: string };

/**
 * Reads `host:port`, `http(s)://host:port` or a comma list of either (`spec/mesos-client.md §5`). The scheme of
 * the first holds for those that name none; the port defaults to 5050.
 */
export function parseMasterUrls(text: string): ParsedMasterUrls {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const urls: URL[] = [];
  for (const entry of entries) {
    const url = parseEntry(entry, urls[0]?.protocol ?? 'http:');
    if (typeof url === 'string') {
      return { ok: false, error: `'${withoutUserInfo(entry)}' is not the address of a master: ${url}` };
    }
    urls.push(url);
  }
  const [first, ...others] = urls;
  return first === undefined
    ? { ok: false, error: 'no address of a master is given' }
    : { ok: true, urls: [first, ...others] };
}

function parseEntry(entry: string, defaultScheme: string): URL | string {
  const scheme = /^(?<name>[a-z][a-z0-9+.-]*):\/\//iu.exec(entry)?.groups?.['name']?.toLowerCase();
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
    return `scheme '${scheme}' is not http or https`;
  }
  const absolute = scheme === undefined ? `${defaultScheme}//${entry}` : entry;
  if (!URL.canParse(absolute)) {
    return 'expected host:port or http(s)://host:port';
  }
  const url = new URL(absolute);
  if (url.username !== '' || url.password !== '') {
    return 'credentials do not belong into the address';
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    return 'a path does not belong into the address';
  }
  if (url.port === '' && !namesPort(absolute)) {
    url.port = String(DEFAULT_PORT);
  }
  return url;
}

/** `URL` drops a port that is the default of its scheme: `http://m:80` means 80, `http://m` means 5050. */
function namesPort(absolute: string): boolean {
  return /:\d+\/?$/u.test(absolute);
}

function withoutUserInfo(entry: string): string {
  return entry.replace(/[^/@]*@/u, '…@');
}
