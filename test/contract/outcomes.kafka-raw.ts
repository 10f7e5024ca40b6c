import { Producer, stringSerializers } from '@platformatic/kafka';

/** Sends what no log of ours would. */
export async function sendRaw(brokers: readonly string[], topic: string, value: string): Promise<void> {
  const producer = new Producer({
    clientId: 'poisoner',
    bootstrapBrokers: [...brokers],
    serializers: stringSerializers,
  });
  try {
    await producer.send({ messages: [{ topic, key: 'spring', value }], acks: -1 });
  } finally {
    await producer.close();
  }
}
