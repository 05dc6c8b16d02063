import type {Context} from '../context.ts';
import {visibleInJson, visibleOnLines} from '../formats/visible.ts';
import {createStreamOutput} from './stream-output.ts';

/**
 * Writes what a command tells people (`text`) or programs (`json`) to stdout, all of it at once. As with the log, no secret
 * and nothing that drives a terminal gets through; JSON stands for the same value as before.
 * @throws OutputError, BrokenPipeError; the signal's reason when a reader takes nothing
 */
export async function writeReport(text: string, format: 'text' | 'json', context: Pick<Context, 'stdout' | 'masker' | 'signal' | 'sleep'>): Promise<void> {
	const output = createStreamOutput(context.stdout, 'stdout', context);
	const masked = context.masker.mask(text);
	await output.write(format === 'json' ? visibleInJson(masked) : visibleOnLines(masked));
	await output.commit();
}
