import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeCall } from './decode-call.js';

const UUID = 'AAECAwQFRgeICQoLDA0ODw==';

const text = fc.oneof(fc.constantFrom('a.instance-1._app.1', 'quo"te', 'tab\t', 'back\\', 'é'), fc.string());
const uuid = fc.oneof(
  fc.constant(UUID),
  fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  fc.constantFrom('', 'AAECAwQFRgeICQoLDA0ODx==', 'AAECAwQFRgeICQoLDA0ODw', 'AAECAwQFBgeICQoLDA0ODw=='),
);

it('decodes an acknowledgement alike however it is written', () => {
  fc.assert(
    fc.property(fc.record({ framework: text, agent: text, task: text, uuid }), (given) => {
      const call = {
        type: 'ACKNOWLEDGE',
        framework_id: { value: given.framework },
        acknowledge: { agent_id: { value: given.agent }, task_id: { value: given.task }, uuid: given.uuid },
      };
      // White space is what only a parser deals with.
      const [compact, spacious] = [JSON.stringify(call), JSON.stringify(call, undefined, 1)];
      expect(decodeCall(compact)).toEqual(decodeCall(spacious));
    }),
  );
});

it.each([
  `{"type":"ACKNOWLEDGE","framework_id":{"value":"f\u0001"},"acknowledge":{"agent_id":{"value":"a"},"task_id":{"value":"t"},"uuid":"${UUID}"}}`,
  `{"type":"ACKNOWLEDGE","framework_id":{"value":"f"},"acknowledge":{"agent_id":{"value":"a"},"task_id":{"value":"t"},"uuid":"${UUID}"}}}`,
  `{"type":"ACKNOWLEDGE","framework_id":{"value":"f"},"acknowledge":{"agent_id":{"value":"a"},"task_id":{"value":"t"}}}`,
])('refuses what is no acknowledgement: %j', (body) => {
  expect(decodeCall(body).kind).toBe('refused');
});
