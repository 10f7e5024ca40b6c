import { GavotteError } from '../../kernel/index.ts';

/** What of the optional package we use. */
export type KafkaPackage = Pick<typeof import('@platformatic/kafka'), 'Admin' | 'Consumer' | 'Producer'>;

/** The optional package; who never asks for Kafka need not have it. @throws GV_PACKAGE_MISSING */
export async function importKafka(load: () => Promise<KafkaPackage>): Promise<KafkaPackage> {
  try {
    return await load();
  } catch (cause) {
    const message = 'the outcome log on Kafka needs the package "@platformatic/kafka"';
    throw new GavotteError('GV_PACKAGE_MISSING', message, {
      fix: 'Run: npm install @platformatic/kafka',
      cause,
    });
  }
}
