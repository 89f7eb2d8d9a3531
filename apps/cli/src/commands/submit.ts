import type { Call } from '../command-line/command.js';
import { EXIT, type ExitCode } from '../errors.js';
import type { ApiAnswer, ApiRequest } from '../http/api.js';
import { queryText } from '../http/api.js';
import { followDeployment } from '../progress/follow-deployment.js';
import { confirmed } from './confirm.js';
import { planFor, showPlan } from './plan-view.js';

/** A change to ask for, and what to say once it was accepted. */
export interface Change {
  readonly request: ApiRequest;
  /** `creates /web`. */
  readonly done: string;
}

/** Sends a change that a deployment carries out, shows its plan before and its progress after, as the options say. */
export async function deploy(call: Call, { request, done }: Change): Promise<ExitCode> {
  const { api, input, screen } = call;
  const headers = input.flag('plan') ? await agreedPlan(call, request) : {};
  if (headers === undefined) return EXIT.failed;
  const answer = await api.send({ ...request, headers: { ...request.headers, ...headers } });
  const deploymentId = deploymentOf(answer);
  if (screen.json) screen.body(answer.text);
  else
    screen.line(
      deploymentId === undefined ? `${done}: nothing to deploy` : `${done}: deployment ${deploymentId}`,
    );
  if (deploymentId === undefined || !wantsToWait(call)) return EXIT.ok;
  return followDeployment(call, deploymentId);
}

/** Progress is shown to people; programs ask for it. */
const wantsToWait = ({ input, screen }: Call): boolean =>
  !input.flag('no-wait') && (input.flag('wait') || (screen.isTerminal && !screen.json));

/** The headers of a write whose plan was shown and agreed to; nothing if it was not. */
async function agreedPlan(call: Call, request: ApiRequest): Promise<Record<string, string> | undefined> {
  const path = `${request.path}${queryText(request.query ?? {})}`;
  const plan = await planFor(call, { method: request.method, path, body: request.body });
  showPlan(plan.body, call.screen, (text) => call.screen.note(text));
  if (plan.body.outcome === 'refused') return undefined;
  if (!(await confirmed(call, 'Do it?', { otherwise: false }))) {
    call.screen.note('nothing was changed');
    return undefined;
  }
  return plan.body.token === undefined ? {} : { 'x-ekiden-plan': plan.body.token };
}

/** The deployment that an answer speaks of: in a header when something is created, else in the body. */
function deploymentOf({ headers, text }: ApiAnswer): string | undefined {
  const header = headers['marathon-deployment-id'];
  if (typeof header === 'string') return header;
  try {
    return (JSON.parse(text) as { readonly deploymentId?: string }).deploymentId;
  } catch {
    return undefined;
  }
}

/** The query of a write with its `force` parameter. */
export const forceQuery = ({ input }: Call): { readonly force?: true } =>
  input.flag('force') ? { force: true } : {};
