/** One URI of a task, ready to be fetched. */
export interface FetchItem {
  /** As the framework wrote it. */
  readonly uri: string;
  /** Name of the file below the sandbox; checked to stay inside. */
  readonly target: string;
  readonly isExecutable: boolean;
  readonly doesExtract: boolean;
  /** Present: the file has been downloaded there already; only its use is placed in the sandbox. */
  readonly cachedPath?: string | undefined;
}

/** What a fetcher process is told on its standard input. It does the items in order; the first failure ends it. */
export interface FetchPlan {
  /** Sandbox. */
  readonly directory: string;
  readonly items: readonly FetchItem[];
  /** Less than one byte per second for this long is a failure. */
  readonly stallTimeoutMs: number;
  /** Base of relative URIs. */
  readonly frameworksHome?: string | undefined;
  /** Where a hadoop client is, for schemes that need one. */
  readonly hadoopHome?: string | undefined;
}

/** What the framework asks for in a CommandInfo. */
export interface RequestedUri {
  readonly value: string;
  readonly executable?: boolean | undefined;
  readonly extract?: boolean | undefined;
  readonly output_file?: string | undefined;
}

/** An item, or the reason why the URI is refused. */
export type PlannedItem =
  { readonly ok: true; readonly item: FetchItem } | { readonly ok: false; readonly error: string };

/** Checks a URI and finds the name of its file (spec/local-cluster.md §11 "Target name", "Refused"). */
export function planItem(requested: RequestedUri): PlannedItem {
  const { value: uri } = requested;
  const refuse = (why: string): PlannedItem => ({ ok: false, error: `Failed to fetch '${uri}': ${why}` });
  if (/[\\'\0]/.test(uri)) return refuse('URI contains illegal characters');
  const target = requested.output_file ?? baseName(uri);
  if (target === undefined || target === '') return refuse('malformed URI (missing path)');
  if (target.startsWith('/') || target.includes('\0'))
    return refuse(`output file '${target}' is not a relative path`);
  if (target.split('/').some((part) => part === '..'))
    return refuse(`output file '${target}' leaves the sandbox`);
  const isExecutable = requested.executable === true;
  return {
    ok: true,
    item: { uri, target, isExecutable, doesExtract: !isExecutable && requested.extract !== false },
  };
}

/** Text after the last slash, query string included. A URL needs a path for that. */
function baseName(uri: string): string | undefined {
  const afterScheme = /^[a-z][a-z0-9+.-]*:\/\/(.*)$/is.exec(uri)?.[1] ?? uri;
  const hasPath = afterScheme === uri || afterScheme.includes('/');
  const name = afterScheme.slice(afterScheme.lastIndexOf('/') + 1);
  return hasPath && name !== '.' && name !== '..' ? name : undefined;
}
