import {Option, type Command} from 'commander';
import {UsageError} from '../base/errors.ts';
import type {OptionRow} from '../query/options.ts';

const collect = (value: string, previous: readonly string[] | undefined) => [...(previous ?? []), value];
/** Lists may be given at once, with commas, or by repeating the option. */
const collectList = (option: string) => (value: string, previous: readonly string[] | undefined) => {
	const entries = value.split(',').filter(entry => entry.trim() !== '');
	// Taken as nothing, it would be as if the option had not been given: everything, and nothing redacted.
	if (entries.length === 0) throw new UsageError(`${option}: ${JSON.stringify(value)} names no field`, {hint: 'name at least one, or leave the option out'});
	return [...(previous ?? []), ...entries];
};

/** Adds options to a command: those of exports, or some of its own. */
export function mountOptions(command: Command, rows: ReadonlyArray<Pick<OptionRow, 'flags' | 'description' | 'group' | 'repeatable' | 'isList'>>): void {
	for (const {flags, description, group, repeatable = false, isList = false} of rows) {
		const option = new Option(flags, description).helpGroup(group);
		if (isList) option.argParser(collectList(option.long ?? flags));
		else if (repeatable) option.argParser(collect);
		command.addOption(option);
	}
}
