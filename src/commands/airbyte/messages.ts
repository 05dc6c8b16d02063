import type {Context} from '../../base/context.ts';
import {CredentialsError, InterruptedError, NetworkError, UsageError} from '../../base/errors.ts';
import type {Log} from '../../base/log.ts';
import {visibleInJson} from '../../base/visible.ts';
import {failureOf} from '../../output/failure.ts';
import type {Chunk, Output} from '../../output/output.ts';
import {createStreamOutput} from '../../output/stream-output.ts';

/** How far a stream has come. */
export type StreamStatus = 'STARTED' | 'RUNNING' | 'COMPLETE' | 'INCOMPLETE';

/**
 * Messages of the Airbyte protocol on stdout, one a line (https://docs.airbyte.com/platform/understanding-airbyte/airbyte-protocol).
 * What they tell people holds no secret; records are as the API gave them.
 */
export class Messages {
	readonly #context: Context;
	readonly #stdout: Output;
	/** Says as LOG messages what else goes to stderr. */
	readonly log: Log;

	constructor(context: Context) {
		this.#context = context;
		this.#stdout = createStreamOutput(context.stdout, 'stdout', context);
		const say = (level: string) => (message: string, hint?: string) => {
			// Waiting for a reader is for what comes next: no message is so important that it could not be held for a moment.
			context.stdout.write(this.#line('LOG', {level, message: hint === undefined ? message : `${message} (${hint})`}));
		};
		this.log = {error: say('ERROR'), warning: say('WARN'), notice: say('INFO'), verbose: say('DEBUG'), debug: undefined};
	}

	/** Writes lines as they are. @throws OutputError, BrokenPipeError */
	async lines(lines: Chunk): Promise<void> {
		await this.#stdout.write(lines);
	}

	/** @param type in capitals; its body stands under the name that the protocol has for it. @throws as `lines` */
	async send(type: 'SPEC' | 'CONNECTION_STATUS' | 'CATALOG' | 'TRACE', body: object): Promise<void> {
		await this.lines(this.#line(type, body));
	}

	/** @param records how many of the stream came since the state before. @throws as `lines` */
	async state(name: string, state: object, records: number): Promise<void> {
		const line = this.#line('STATE', {type: 'STREAM', stream: {stream_descriptor: {name}, stream_state: state}, sourceStats: {recordCount: records}});
		// The protocol counts in doubles, and wants to see that.
		await this.lines(line.replace(/"recordCount":\d+/, '$&.0'));
	}

	/** @throws as `lines` */
	async status(name: string, status: StreamStatus): Promise<void> {
		await this.send('TRACE', {type: 'STREAM_STATUS', emitted_at: this.#context.now(), stream_status: {stream_descriptor: {name}, status}});
	}

	/** Tells what went wrong, and whose it is to see to. @param stream where it was in one. @throws as `lines` */
	async failure(thrown: unknown, stream?: string): Promise<void> {
		const {error, message, hint} = failureOf(thrown);
		const isConfig = error instanceof UsageError || error instanceof CredentialsError;
		const isTransient = error instanceof NetworkError || error instanceof InterruptedError;
		await this.send('TRACE', {
			type: 'ERROR', emitted_at: this.#context.now(),
			error: {
				message, ...(hint === undefined ? {} : {internal_message: hint}),
				failure_type: isConfig ? 'config_error' : isTransient ? 'transient_error' : 'system_error',
				...(stream === undefined ? {} : {stream_descriptor: {name: stream}}),
			},
		});
	}

	/** Waits until everything is handed over. @throws as `lines` */
	async end(): Promise<void> {
		await this.#stdout.commit();
	}

	#line(type: string, body: object): string {
		const name = type === 'CONNECTION_STATUS' ? 'connectionStatus' : type.toLowerCase();
		return `${visibleInJson(this.#context.masker.mask(JSON.stringify({type, [name]: body})))}\n`;
	}
}
