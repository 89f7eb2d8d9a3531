import type { Call } from '#mesos';
import { callSchema, CALLS_WITH_BODY } from '../codec/call-schema.js';
import { decodeMessage } from '../codec/decode-message.js';

/** A call of the right shape, or the body of a 400 (C§2, rows 9 and 10). */
export type DecodedCall =
  { readonly kind: 'call'; readonly call: Call } | { readonly kind: 'refused'; readonly body: string };

const BODIES: ReadonlySet<string> = new Set(CALLS_WITH_BODY);

/** Parses and validates the body of `POST /api/v1/scheduler`. `type` may be `UNKNOWN`: the caller answers 501. */
export function decodeCall(body: string): DecodedCall {
  const acknowledgement = decodeAcknowledgement(body);
  if (acknowledgement !== undefined) return { kind: 'call', call: acknowledgement };
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (error) {
    return refused(
      `Failed to parse body into JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const decoded = decodeMessage(json, callSchema);
  if (decoded.kind === 'invalid') {
    return refused(`Failed to convert JSON into Call protobuf: ${decoded.message}`);
  }
  const problem =
    decoded.kind === 'uninitialized'
      ? `Not initialized: ${decoded.fields.join(', ')}`
      : callProblem(decoded.value);
  if (problem !== undefined) return refused(`Failed to validate scheduler::Call: ${problem}`);
  return { kind: 'call', call: (decoded as unknown as { value: Call }).value };
}

/** An ACKNOWLEDGE without white space and escapes, members in the order of the reference, uuid as it is checked below. */
const ACKNOWLEDGEMENT = new RegExp(
  String.raw`^\{"type":"ACKNOWLEDGE","framework_id":\{"value":"([ !#-[\]-~]*)"\},"acknowledge":\{` +
    String.raw`"agent_id":\{"value":"([ !#-[\]-~]*)"\},"task_id":\{"value":"([ !#-[\]-~]*)"\},` +
    String.raw`"uuid":"([A-Za-z0-9+/]{8}[E-X][A-Za-z0-9+/]{12}[AQgw]==)"\}\}$`,
);

/** Two of three calls are like this: then there is nothing to parse and to check. */
function decodeAcknowledgement(body: string): Call | undefined {
  const [, framework, agent, task, uuid] = ACKNOWLEDGEMENT.exec(body) ?? [];
  if (framework === undefined || agent === undefined || task === undefined || uuid === undefined)
    return undefined;
  return {
    type: 'ACKNOWLEDGE',
    framework_id: { value: framework },
    acknowledge: { agent_id: { value: agent }, task_id: { value: task }, uuid },
  };
}

/** A call before its presence checks: members are well-typed but may be absent. */
interface LooseCall {
  type?: string;
  framework_id?: { value: string };
  subscribe?: { framework_info: { id?: { value: string } } };
  update_framework?: { framework_info: { id?: { value: string } } };
  acknowledge?: { uuid: string };
  acknowledge_operation_status?: { uuid: string; agent_id?: unknown };
}

function callProblem(call: LooseCall): string | undefined {
  if (call.type === undefined) return "Expecting 'type' to be present";
  if (call.type !== 'SUBSCRIBE' && call.framework_id === undefined) {
    return "Expecting 'framework_id' to be present";
  }
  const member = call.type.toLowerCase() as keyof LooseCall;
  if (BODIES.has(call.type) && call[member] === undefined) return `Expecting '${member}' to be present`;
  switch (call.type) {
    case 'SUBSCRIBE':
      return identityProblem(call, 'subscribe');
    case 'UPDATE_FRAMEWORK':
      return identityProblem(call, 'update_framework');
    case 'ACKNOWLEDGE':
      return uuidProblem(call.acknowledge!.uuid);
    case 'ACKNOWLEDGE_OPERATION_STATUS':
      return (
        uuidProblem(call.acknowledge_operation_status!.uuid) ??
        (call.acknowledge_operation_status!.agent_id === undefined
          ? "Expecting 'agent_id' to be present"
          : undefined)
      );
    default:
      return undefined;
  }
}

function identityProblem(call: LooseCall, member: 'subscribe' | 'update_framework'): string | undefined {
  const inner = call[member]!.framework_info.id?.value;
  return inner === call.framework_id?.value
    ? undefined
    : `'framework_id' differs from '${member}.framework_info.id'`;
}

/** 16 bytes; the fourth of the groups of three begins with the version of a UUID, 1 to 5 (C§2). */
const UUID = /^[A-Za-z0-9+/]{8}[E-X][A-Za-z0-9+/]{13}==$/;

function uuidProblem(base64: string): string | undefined {
  return UUID.test(base64) ? undefined : 'Not a valid UUID';
}

function refused(body: string): DecodedCall {
  return { kind: 'refused', body };
}
