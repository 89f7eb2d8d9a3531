import type { AppDefinition, OffersSummary, QueueItem, UnusedOfferView } from '#domain';
import type { FunnelStage } from './explanation.js';
import { count, list } from './words.js';

type Reason = FunnelStage['reason'];

interface Amount {
  readonly resource: string;
  readonly unit: string;
  readonly wanted: (app: AppDefinition) => number;
}

const AMOUNTS: Readonly<Record<Reason, Amount>> = {
  InsufficientCpus: { resource: 'cpus', unit: 'cpus', wanted: ({ cpus }) => cpus },
  InsufficientMemory: { resource: 'mem', unit: 'MiB of memory', wanted: ({ mem }) => mem },
  InsufficientDisk: { resource: 'disk', unit: 'MiB of disk', wanted: ({ disk }) => disk },
  InsufficientGpus: { resource: 'gpus', unit: 'GPUs', wanted: ({ gpus }) => gpus },
};

/** The stages at which offers for a waiting app were lost, with what was wanted and what was there. */
export function funnelOf({ app, role, processedOffersSummary, lastUnusedOffers }: QueueItem): FunnelStage[] {
  return lossesOf(processedOffersSummary).map(({ reason, declined, processed }) => ({
    reason,
    declined,
    processed,
    text: textOf(reason, { app, role, offers: lastUnusedOffers }),
  }));
}

/** Of the latest offer of each agent; of the whole attempt where none is remembered. */
function lossesOf({ rejectSummaryLastOffers, rejectSummaryLaunchAttempt }: OffersSummary) {
  const latest = rejectSummaryLastOffers.filter(({ declined }) => declined > 0);
  return latest.length > 0 ? latest : rejectSummaryLaunchAttempt.filter(({ declined }) => declined > 0);
}

interface Waiting {
  readonly app: AppDefinition;
  readonly role: string;
  readonly offers: readonly UnusedOfferView[];
}

function textOf(reason: Reason, waiting: Waiting): string {
  const amount = AMOUNTS[reason];
  if (amount !== undefined) return amountText(amount, waiting);
  const { app, role, offers } = waiting;
  switch (reason) {
    case 'UnfulfilledRole':
      return `nothing was offered for ${rolesText(app, role)}`;
    case 'UnfulfilledConstraint':
      return constraintText(app, offers);
    case 'NoCorrespondingReservationFound':
      return 'no offer holds a reservation for it';
    case 'AgentMaintenance':
      return 'agents are in a maintenance window';
    case 'InsufficientPorts':
      return portsText(app);
    case 'DeclinedScarceResources':
      return 'agents with GPUs are kept for apps that want GPUs';
    default:
      return reason;
  }
}

function amountText({ resource, unit, wanted }: Amount, { app, offers }: Waiting): string {
  const best = Math.max(0, ...offers.map(({ offer }) => total(offer.resources, resource)));
  const offered = offers.length === 0 ? '' : `, at most ${rounded(best)} ${are(offers)}`;
  return `${rounded(wanted(app))} ${unit} wanted${offered}`;
}

const are = (offers: readonly unknown[]): string =>
  offers.length === 1 ? 'offered by the only agent' : `offered by any of ${offers.length} agents`;

const total = (resources: UnusedOfferView['offer']['resources'], name: string): number =>
  resources.reduce((sum, { name: found, scalar }) => (found === name ? sum + (scalar ?? 0) : sum), 0);

const rounded = (amount: number): number => Math.round(amount * 1000) / 1000;

function rolesText(app: AppDefinition, role: string): string {
  const roles = app.acceptedResourceRoles ?? [...new Set([role, '*'])];
  return `${roles.length === 1 ? 'role' : 'the roles'} ${list(roles)}`;
}

/** An agent under maintenance counts as a broken constraint in the funnel; its offer tells the two apart. */
function constraintText({ constraints }: AppDefinition, offers: readonly UnusedOfferView[]): string {
  const inMaintenance = offers.filter(({ reason }) => reason.includes('AgentMaintenance')).length;
  const maintenance = inMaintenance === 0 ? [] : [`${count(inMaintenance, 'agent')} in a maintenance window`];
  const rules = constraints.map((constraint) => `[${constraint.join(' ')}]`);
  const placement = rules.length === 0 ? [] : [`no agent left that satisfies ${list(rules)}`];
  return list([...placement, ...maintenance]);
}

function portsText(app: AppDefinition): string {
  const fixed = (app.portDefinitions ?? []).map(({ port }) => port).filter((port) => port > 0);
  const mapped = (app.container?.portMappings ?? []).flatMap(({ hostPort }) => (hostPort ? [hostPort] : []));
  const ports = app.requirePorts || mapped.length > 0 ? [...(app.requirePorts ? fixed : []), ...mapped] : [];
  if (ports.length === 0) return 'not enough free ports';
  return `${ports.length === 1 ? 'port' : 'ports'} ${list(ports.map(String))} not free`;
}

/** Offers that were passed over without a stated reason: agents of another region than the master's. */
export function unstated({ processedOffersSummary, lastUnusedOffers }: QueueItem): number {
  if (processedOffersSummary.unusedOffersCount === 0) return 0;
  return lastUnusedOffers.filter(({ reason }) => reason.length === 0).length;
}
