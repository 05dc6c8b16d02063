import * as z from 'zod';
import {defineFault} from '../fault.ts';
import {hangUp, send} from '../wire.ts';

/** What a captive portal, a wrong port or a TLS server on a plain one sends back. */
const pieces = {
	text: 'Please log in to the network first.\r\n',
	tls: Buffer.from([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46]),
	'header-line': 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nthis is no header\r\n\r\n{}',
	nothing: '',
};

export const garbage = defineFault({
	summary: 'something that is not HTTP, then the connection is closed in order',
	parameters: z.object({
		as: z.enum(['text', 'tls', 'header-line', 'nothing']).default('text').describe('plain text, a TLS alert, a broken header, or not a single byte'),
	}),
	create: ({as}) => async ({socket}) => {
		if (as !== 'nothing') await send(socket, pieces[as]);
		await hangUp(socket);
		return 'sent';
	},
});
