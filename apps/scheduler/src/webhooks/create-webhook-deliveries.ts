import { takesCallbacks, type Configuration } from '#configuration';
import { SubmitCommand } from '#domain';
import type { SchedulerOptions } from '../scheduler.js';
import type { Surroundings } from '../surroundings.js';
import type { Writer } from '../writer/writer.js';
import { WebhookDeliveries, type WebhookDeliverySettings } from './webhook-deliveries.js';
import { WebhookMetrics } from './webhook-metrics.js';

/** The deliveries of a scheduler. */
export function webhookDeliveries(
  { log, configuration, logging, lead, secrets, metrics }: SchedulerOptions,
  writer: Writer,
  { identity, createSender }: Pick<Surroundings, 'identity' | 'createSender'>,
): WebhookDeliveries {
  const logger = logging.logger('webhooks');
  return new WebhookDeliveries({
    log,
    logger,
    createSender,
    nowMs: () => identity.nowMs(),
    state: () => writer.view.state,
    mayAct: () => lead.mayAct(),
    openSecret: (sealed) => secrets.open(sealed),
    tell: (webhookId, report, settled) => writer.tell({ type: 'ReportWebhook', webhookId, report }, settled),
    addCallback: async (url) => {
      const command = new SubmitCommand({ type: 'AddCallback', url }, { kind: 'system' });
      const { reply } = await writer.submit(command);
      if (reply.kind === 'refused') logger.warn({ url, code: reply.code }, 'no callback could be added');
    },
    settings: settingsOf(configuration),
    metrics: new WebhookMetrics(metrics),
  });
}

function settingsOf(configuration: Configuration): WebhookDeliverySettings {
  const { webhookDeniedNetworks = [], httpEndpoints = [] } = configuration;
  const callbacks = {
    endpoints: httpEndpoints,
    slowMs: configuration.httpEventCallbackSlowConsumerTimeoutMs,
    timeoutMs: configuration.httpEventRequestTimeoutMs,
  };
  return {
    deniedNetworks: webhookDeniedNetworks,
    ...(takesCallbacks(configuration) ? { callbacks } : {}),
  };
}
