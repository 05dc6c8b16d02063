import {UsageError} from '../errors.ts';
import type {FilterDeclaration} from './filters.ts';
import type {FilterPlace} from './profile.ts';

/** The values of a filter as they are meant: keywords may also be given in one text, with spaces between them. */
export function meantValues({name}: Pick<FilterDeclaration, 'name'>, given: readonly string[]): readonly string[] {
	return name === 'keyword' ? given.flatMap(text => text.split(/\s+/).filter(word => word !== '')) : given;
}

/**
 * What a request carries for the values of a filter, as the request profile says.
 * @throws UsageError for several values where it says no separator, and for a text where it says a number
 */
export function sentValue(filter: FilterDeclaration, given: readonly string[], {as = 'text', separator, values = {}}: FilterPlace): unknown {
	const [option = filter.flags] = filter.flags.split(' ');
	const sent = meantValues(filter, given).map(value => Object.hasOwn(values, value) ? values[value] ?? value : value);
	const numbers = () => sent.map(value => {
		const number = typeof value === 'number' || /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
		if (Number.isNaN(number)) throw new UsageError(`${option}: the request profile sends a number, and "${value}" is none`, {hint: `known names: ${Object.keys(values).join(', ') || 'none'}`});
		return number;
	});
	switch (as) {
		case 'list': return sent;
		case 'numbers': return numbers();
		case 'text':
			if (sent.length > 1 && separator === undefined) break;
			return sent.join(separator ?? '');
		case 'number':
			if (sent.length > 1) break;
			return numbers()[0];
	}
	throw new UsageError(`${option}: the request profile sends one value, not ${sent.length}`, {
		hint: `run once for each value, or write in the profile how several are sent: filters.${filter.name}.as or .separator`,
	});
}
