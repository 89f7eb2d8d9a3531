import * as fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { fuzz } from '../../../test/support/fuzz/fuzz.js';
import { anyJson, mutated, type Json } from '../../../test/support/fuzz/json.js';
import { RECORDED_CALLS } from '../../../test/support/fuzz/mesos.js';
import { anyText, longText, nearly, textOf } from '../../../test/support/fuzz/texts.js';
import { parseAttributes } from './agent/description/parse-attributes.js';
import { ControlBody } from './control/control-body.js';
import { ControlError } from './control/control-error.js';
import { decodeCall } from './master/http/decode-call.js';
import { Master } from './master/master.js';
import { parseJson, readMachines, readSchedule } from './master/operator/maintenance-requests.js';
import { requestUrl } from './runtime/request-url.js';

const LONG = 1 << 18;

describe('a call of a framework', () => {
  const call = fc.oneof(mutated(RECORDED_CALLS), anyJson).map((json) => JSON.stringify(json));

  fuzz(
    'is decoded or refused in words',
    { input: fc.oneof({ weight: 5, arbitrary: call }, { weight: 1, arbitrary: anyText() }), runs: 1000 },
    (body) => {
      const decoded = decodeCall(body);
      if (decoded.kind === 'refused') expect(typeof decoded.body).toBe('string');
      else expect(typeof decoded.call.type).toBe('string');
    },
  );

  fuzz('may be long', { input: longText(LONG), runs: 20 }, (text) => {
    decodeCall(text);
    decodeCall(JSON.stringify({ type: text, framework_id: { value: text } }));
    decodeCall(
      JSON.stringify({ type: 'ACKNOWLEDGE', framework_id: { value: 'f' }, acknowledge: { uuid: text } }),
    );
  });
});

describe('the master over HTTP', () => {
  let workDir: string;
  let master: Master;

  beforeAll(async () => {
    workDir = await mkdtemp(join(tmpdir(), 'fuzz-master-'));
    master = await Master.start({ options: { workDir, port: 0 } });
  });

  afterAll(async () => {
    await master.stop();
    await rm(workDir, { recursive: true, force: true });
  });

  const OPERATOR_CALLS: readonly Json[] = [
    { type: 'GET_VERSION' },
    { type: 'DRAIN_AGENT', drain_agent: { agent_id: { value: 'S0' }, max_grace_period: { nanoseconds: 1 } } },
    {
      windows: [
        { machine_ids: [{ hostname: 'h', ip: '10.0.0.1' }], unavailability: { start: { nanoseconds: 1 } } },
      ],
    },
    [{ hostname: 'h', ip: '10.0.0.1' }],
  ];
  const request = fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
    path: fc.constantFrom('/api/v1/scheduler', '/api/v1', '/master/api/v1', '/maintenance/schedule', '/maintenance/status', '/machine/down', '/machine/up', '/state', '/tasks?limit=x', '/slaves', '/frameworks', '/metrics/snapshot', '/redirect', '//', '/%E0%A4%A', '/_control/status'), // prettier-ignore
    headers: fc.record(
      {
        'mesos-stream-id': anyText(12),
        authorization: nearly('Basic YTpi'),
        'content-encoding': fc.constant('gzip'),
      },
      { requiredKeys: [] },
    ),
    body: fc
      .oneof(mutated([...RECORDED_CALLS, ...OPERATOR_CALLS]), anyJson)
      .map((json) => JSON.stringify(json)),
  });

  fuzz(
    'answers any request below 500',
    { input: request, runs: 120 },
    async ({ method, path, headers, body }) => {
      const sendable = Object.entries(headers).map(([name, text]) => [
        name,
        text.replace(/[^ -~]/g, '?').trim(),
      ]);
      const response = await fetch(master.url + path, {
        method,
        redirect: 'manual',
        headers: {
          'content-type': 'application/json',
          ...(Object.fromEntries(sendable) as Record<string, string>),
        },
        ...(method === 'GET' ? {} : { body }),
      });
      const isStream = response.headers.get('mesos-stream-id') !== null;
      if (isStream) await response.body?.cancel();
      else await response.arrayBuffer();
      // What is not implemented by the reference either is answered so (C§2).
      if (response.status !== 501) expect(response.status).toBeLessThan(500);
    },
  );
});

describe('small texts and bodies', () => {
  fuzz(
    'of the operator are understood or refused',
    {
      input: fc.oneof(
        anyJson.map((json) => JSON.stringify(json)),
        anyText(),
      ),
      runs: 400,
    },
    (text) => {
      const parsed = parseJson(text);
      if (!parsed.ok) return;
      for (const read of [readSchedule, readMachines])
        expect(typeof read(parsed.document).ok).toBe('boolean');
    },
  );

  fuzz(
    'of the control API are understood or refused',
    {
      input: fc.tuple(
        fc.oneof(
          anyJson.map((json) => JSON.stringify(json)),
          anyText(),
        ),
        anyText(8),
      ),
      runs: 400,
    },
    ([text, name]) => {
      try {
        const body = ControlBody.parse(text);
        body.number(name);
        body.list('steps');
        body.finish();
      } catch (error) {
        expect(error).toBeInstanceOf(ControlError);
      }
    },
  );

  fuzz(
    'of flags and addresses take linear time',
    {
      input: fc.oneof(
        textOf(['rack', ':', ';', 'r1', '[', '1-2', ',', ']', '1.5', 'e', ' ']),
        longText(100_000, { begins: ['a:', 'a:[', 'a:1'], repeats: ['1-1,', '1 ', '- '] }),
      ),
      runs: 300,
    },
    (text) => {
      expect(typeof parseAttributes(text).ok).toBe('boolean');
      expect(requestUrl({ url: text.slice(0, 1000) }).pathname).toMatch(/^\//);
    },
  );
});
