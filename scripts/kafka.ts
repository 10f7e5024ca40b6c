import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fillOnce } from './lib/cache.ts';
import { root } from './lib/node24.mjs';
import { freePort, stopServer, untilReady } from './lib/server-process.ts';

const POM = join(root, 'scripts', 'kafka', 'pom.xml');
const CACHE = join(root, 'node_modules', '.cache', 'gavotte', 'kafka');
/** 16 bytes, as Kafka's ids of clusters have. */
const CLUSTER_ID = 'GavotteTestsCluster00A';
/** What Kafka 4 runs on. */
const LEAST_JAVA = 17;
const START_TIMEOUT_MS = 90_000;
/** A repository that hangs is as one that cannot be reached. */
const COMMAND_TIMEOUT_MS = 300_000;
/** Enough for the tests, and little enough to run beside them. */
const JVM = ['-Xms256m', '-Xmx512m', '-XX:+UseSerialGC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'];
/** Says when it has started. */
const STARTED = '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info';

/** An Apache Kafka broker for tests: somebody's, or a private one that is gone when closed. */
export interface TestKafka {
  /** `HOST:PORT` of one or more. */
  readonly brokers: readonly string[];
  /** Where it came from, for the report. */
  readonly source: string;
  close(): Promise<void>;
}

/** A broker of our own, which a test may also kill, stop, continue and start again on its data. */
export interface PrivateKafka extends TestKafka {
  /** As a power cut: what it has not written is lost. */
  kill(): Promise<void>;
  /** Starts it again after `kill`. */
  start(): Promise<void>;
  /** It hangs: connections stay, and nothing is answered. */
  pause(): void;
  resume(): void;
}

/**
 * A broker to test against: those GAVOTTE_TEST_KAFKA_BROKERS names (`HOST:PORT,…`, e.g. of a container), or a private one
 * in KRaft mode, from jars that are found on this machine or fetched by Maven.
 * @throws an Error that says why none can be had.
 */
export async function testKafka(): Promise<TestKafka> {
  const given = process.env.GAVOTTE_TEST_KAFKA_BROKERS;
  if (given === undefined) return privateKafka();
  return { brokers: given.split(','), source: 'GAVOTTE_TEST_KAFKA_BROKERS', close: async () => {} };
}

/**
 * A broker that nobody else uses, also when GAVOTTE_TEST_KAFKA_BROKERS names another.
 * @throws as `testKafka`.
 */
export async function privateKafka(): Promise<PrivateKafka> {
  const java = findJava();
  const { jars, source } = findOrFetch();
  const folder = mkdtempSync(join(tmpdir(), 'gavotte-kafka-'));
  const [port, controllerPort] = [await freePort(), await freePort()];
  const settings = join(folder, 'server.properties');
  writeFileSync(settings, settingsText(folder, port, controllerPort));
  const run = [...JVM, '-cp', join(jars, '*')];
  const format = ['kafka.tools.StorageTool', 'format', '--standalone', '-t', CLUSTER_ID, '-c', settings];
  execFileSync(java, [...run, ...format], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: COMMAND_TIMEOUT_MS,
  });
  let server: ChildProcess | undefined;
  const kill = async () => {
    const dying = server;
    server = undefined;
    if (dying !== undefined) await stopServer(dying, 'SIGKILL');
  };
  const killNow = () => server?.kill('SIGKILL');
  process.once('exit', killNow);
  const start = async () => {
    server = spawn(java, [...run, STARTED, 'kafka.Kafka', settings], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await untilReady(server, { name: 'Kafka', says: /Kafka Server started/, timeoutMs: START_TIMEOUT_MS });
  };
  await start();
  return {
    brokers: [`127.0.0.1:${port}`],
    source,
    kill,
    start,
    pause: () => server?.kill('SIGSTOP'),
    resume: () => server?.kill('SIGCONT'),
    close: async () => {
      process.off('exit', killNow);
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function settingsText(folder: string, port: number, controllerPort: number): string {
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(folder, 'data'),
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'auto.create.topics.enable': false,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function findJava(): string {
  const home = process.env.JAVA_HOME;
  const java = home === undefined ? 'java' : join(home, 'bin', 'java');
  let version: string;
  try {
    version = execFileSync(java, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    throw new Error(`install Java ${LEAST_JAVA} or later, or set GAVOTTE_TEST_KAFKA_BROKERS`);
  }
  const major = Number(/(\d+)/.exec(version)?.[1]);
  if (major >= LEAST_JAVA) return java;
  throw new Error(`Kafka needs Java ${LEAST_JAVA} or later, and ${java} is ${major}`);
}

/** GAVOTTE_TEST_KAFKA_INSTALL=1 fetches also where a broker is found. */
function findOrFetch(): { readonly jars: string; readonly source: string } {
  const found = process.env.GAVOTTE_TEST_KAFKA_INSTALL === '1' ? undefined : findJars();
  if (found !== undefined) return { jars: found, source: `found in ${found}` };
  const hash = createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 16);
  const jars = join(CACHE, hash);
  try {
    if (!existsSync(jars)) fillOnce(jars, fetchJars);
  } catch (error) {
    const why = (error as Error).message.split('\n').slice(0, 3).join(' ');
    throw new Error(`install Maven or Apache Kafka, or set GAVOTTE_TEST_KAFKA_BROKERS (${why})`);
  }
  return { jars, source: `fetched into ${jars}` };
}

/** Where packages and archives of Kafka put their jars; one of KRaft has the storage tool in the same jar as the broker. */
function findJars(): string | undefined {
  const homes = [
    process.env.KAFKA_HOME,
    '/opt/kafka',
    '/usr/share/kafka',
    '/usr/local/kafka',
    '/opt/homebrew/opt/kafka/libexec',
    ...(process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, '..')),
  ];
  return homes
    .filter((home) => home !== undefined)
    .map((home) => join(home, 'libs'))
    .find(
      (libs) =>
        existsSync(libs) && readdirSync(libs).some((name) => /^kafka_2\.\d+-[4-9]\..*\.jar$/.test(name)),
    );
}

function fetchJars(folder: string): void {
  const args = ['-B', '-q', '--strict-checksums', '-f', POM, 'dependency:copy-dependencies'];
  execFileSync('mvn', [...args, `-DoutputDirectory=${folder}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: COMMAND_TIMEOUT_MS,
  });
}
