import type { EventLog } from '../port.js';
import type { KafkaEventLogOptions } from './kafka-options.js';

/** Opens the log on a Kafka topic as `open-kafka-event-log.ts` does; the client of Kafka is loaded only by those who use it. */
export async function openKafkaEventLog(options: KafkaEventLogOptions): Promise<EventLog> {
  const loaded = await import('./open-kafka-event-log.js');
  return loaded.openKafkaEventLog(options);
}
