import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyAudit } from '#history';
import { sleepingApp } from './support/app-definitions.js';
import { eventually } from './support/eventually.js';
import { Site } from './support/site.js';

interface Entry {
  readonly id: string;
  readonly type: string;
  readonly position: number;
  readonly summary?: string;
  readonly accepted?: boolean;
  readonly actor: { readonly name?: string; readonly onBehalfOf?: string; readonly reason?: string };
}

interface Entries {
  readonly entries: readonly Entry[];
  readonly next?: string;
}

interface Trace {
  readonly command: Entry;
  readonly events: readonly Entry[];
  readonly tasks: readonly { readonly taskId: string; readonly instanceId: string }[];
}

interface Origin {
  readonly command: Entry;
  readonly chain: readonly Entry[];
}

interface Digest {
  readonly position: number;
  readonly hash: string;
}

const WEB = '/shop/web';

/** For whom and why. */
const asked = (who: string, why: string) => ({ 'x-ekiden-actor': who, 'x-ekiden-reason': why });

/** Every test goes on where the one before ended: who did what to one app, and how to find out. */
describe('the story of an app', () => {
  let site: Site;
  let story: Entries;
  let digest: Digest;
  const index = (): string => join(site.dataDir, 'events.db.history');

  const commands = async (): Promise<Entries> =>
    (await site.api.get<Entries>('/ekiden/v1/apps/shop/web/history?kind=command')).body;

  beforeAll(async () => {
    site = await Site.start();
    await site.api.post('/v2/apps', sleepingApp(WEB, { instances: 3 }), asked('grace', 'launch of the shop'));
    await site.api.running(WEB, 3);
    await site.api.settled();
    await site.api.put(`/v2/apps${WEB}`, { instances: 1 }, asked('night-job', 'save money at night'));
    await site.api.running(WEB, 1);
    await site.api.settled();
    await site.api.put(`/v2/apps${WEB}`, { instances: -1 }, asked('night-job', 'save more'));
  });
  afterAll(() => site.dispose());

  test('tells who scaled what, why, and what was refused', async () => {
    story = await eventually(async () => {
      const found = await commands();
      return found.entries.length === 3 && found;
    });
    expect(story.entries).toMatchObject([
      {
        accepted: false,
        command: 'PutApp',
        path: '/v2/apps/shop/web',
        payloadHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        actor: { reason: 'save more' },
      },
      {
        summary: 'scaled /shop/web from 3 to 1',
        actor: { onBehalfOf: 'night-job', reason: 'save money at night' },
      },
      { summary: 'created /shop/web with 3 instances', actor: { onBehalfOf: 'grace' } },
    ]);
  });

  test('can be followed from the command to its tasks and back', async () => {
    const created = story.entries[2]!;
    const { body: trace } = await site.api.get<Trace>(`/ekiden/v1/commands/${created.id}?limit=1000`);
    expect(trace.tasks).toHaveLength(3);
    expect(trace.events.map(({ type }) => type)).toEqual(
      expect.arrayContaining([
        'io.ekiden.AppCreated',
        'io.ekiden.TaskStatusChanged',
        'io.ekiden.DeploymentSucceeded',
      ]),
    );
    for (const { instanceId } of trace.tasks) {
      const { body: origin } = await site.api.get<Origin>(`/ekiden/v1/instances/${instanceId}/origin`);
      expect(origin.command).toEqual(trace.command);
      expect(origin.chain.at(-1)?.position).toBe(created.position);
    }
  });

  test('is proven by an audit that names what was changed', async () => {
    digest = (await site.api.get<Digest>('/ekiden/v1/audit/digest')).body;
    const { text, headers } = await site.api.get(`/ekiden/v1/audit/export?to=${digest.position}`);
    expect(headers.get('content-type')).toBe('application/x-ndjson');
    const lines = text.trimEnd().split('\n');
    expect(verifyAudit(lines)).toMatchObject({ ok: true, events: digest.position, hash: digest.hash });
    const changed = lines.with(4, lines[4]!.replace('2', '3'));
    expect(verifyAudit(changed)).toMatchObject({ ok: false, line: 5, position: 4 });
  });

  test('survives kill -9, and the chain is the same', async () => {
    await site.crashAndRestart();
    expect((await commands()).entries).toEqual(story.entries);
    const { body } = await site.api.get<Digest>(`/ekiden/v1/audit/digest?at=${digest.position}`);
    expect(body).toEqual(digest);
  });

  test.each([
    ['is lost', (): void => rmSync(index())],
    ['is damaged', (): void => writeFileSync(index(), Buffer.alloc(40_000, 'damage'))],
  ])('is told all the same when its index %s', async (_, harm) => {
    await site.stop();
    harm();
    await site.start();
    expect((await commands()).entries).toEqual(story.entries);
    expect(existsSync(index())).toBe(true);
    expect(statSync(index()).mode & 0o777).toBe(0o600);
  });
});
