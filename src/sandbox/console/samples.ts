import type {SampleRandom} from '../../sources/types.ts';

type Fields = Readonly<Record<string, string | number>>;
interface Place {
	readonly id: string;
	readonly time: number;
}

const calls = [
	['POST', '/open-apis/im/v1/messages'],
	['GET', '/open-apis/contact/v3/users/batch'],
	['POST', '/open-apis/authen/v1/access_token'],
	['GET', '/open-apis/approval/v4/instances'],
	['PATCH', '/open-apis/docx/v1/documents/doxcnXhd93zqoLnmVPGIPTy7AFe/blocks/doxcnSS'],
] as const;

const callOutcomes = [
	['success', 0, ''], ['success', 0, ''], ['success', 0, ''],
	['failed', 230002, 'Bot/User can NOT be out of the chat.'],
	['failed', 99991672, 'Access denied. One of the following scopes is required: [contact:user.base:readonly]'],
	['timeout', 1663, 'request timed out'],
] as const;

/** A call that the app made to an API of the open platform. Calls with the app's own token have no user. */
export function sampleServer(random: SampleRandom, {time}: Place): Fields {
	const [method, path] = random.pick(calls);
	const [status, code, message] = random.pick(callOutcomes);
	const digits = hex(random, 32);
	return {
		method,
		url: `https://open.feishu.cn${path}`,
		request_id: [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join('-'),
		log_id: `${new Date(time).toISOString().replaceAll(/\D/g, '').slice(0, 14)}${hex(random, 18).toUpperCase()}`,
		open_id: random.pick(['', ...users]),
		tenant_key: random.pick(tenants),
		status,
		error_code: code,
		error_message: message,
		duration_ms: status === 'timeout' ? 5000 : 12 + random.below(900),
	};
}

const pushOutcomes = [
	['success', ''], ['success', ''], ['success', ''], ['success', ''],
	['failed', 'HTTP 502 from the request URL'],
	['failed', '应用返回内容不是合法的 JSON'],
	['timeout', 'no answer within 3 seconds'],
] as const;

/** An event that was pushed to the app. The same event may be pushed again, so its id is no identity of the row. */
export function sampleEvent(random: SampleRandom, {time}: Place): Fields {
	const [status, message] = random.pick(pushOutcomes);
	const repeated = random.below(8) === 0;
	return {
		event_type: random.pick([
			'im.message.receive_v1', 'contact.user.updated_v3', 'approval_instance', 'drive.file.edit_v1', 'card.action.trigger',
		]),
		event_id: repeated
			? `${Math.floor(time / 3_600_000)
					.toString(16)
					.padStart(30, '0')}0${random.below(3)}`
			: hex(random, 32),
		tenant_key: random.pick(tenants),
		status,
		duration_ms: status === 'timeout' ? 3000 : 8 + random.below(1200),
		error_message: message,
	};
}

const sdkOutcomes = [
	['success', 'ok'], ['success', 'ok'], ['success', 'finished in 38 ms'],
	['failed', 'errCode 10500: network request failed'],
	['failed', 'errCode 2601002: 用户拒绝授权 auth denied'],
	['timeout', 'request timeout after 60000 ms'],
] as const;

/** A call that a part of the app made to an SDK inside of the Feishu client. */
export function sampleClient(random: SampleRandom, _place: Place): Fields {
	const [status, message] = random.pick(sdkOutcomes);
	return {
		app_feature: random.pick(['mini-program', 'web-app', 'widget']),
		api: random.pick(['tt.request', 'tt.login', 'tt.getUserInfo', 'tt.chooseImage', 'h5sdk.ready', 'tt.downloadFile']),
		status,
		message,
		device: random.pick([
			'iPhone15,2 (iOS 17.5)', 'Pixel 8 (Android 14)', 'Mate 60 Pro (HarmonyOS 4)', 'MacBookPro18,3 (macOS 14.5)', 'PC (Windows 11)',
		]),
		feishu_version: random.pick(['7.21.6', '7.20.3', '7.18.1', '6.11.0']),
		package_version: random.pick(['1.4.2', '1.4.1', '1.3.9']),
		open_id: random.pick(users),
	};
}

const users = ['ou_7d8a6e6df7621556ce0d21922b676706', 'ou_84aad35d084aa403a838cf73ee18467b', 'ou_5ad573a6411d72b8305fda3a9c15c70e'];
const tenants = ['736588c9260f175d', '2ed263bf32cf1651'];

function hex(random: SampleRandom, count: number): string {
	return Array.from({length: count}, () => random.below(16).toString(16)).join('');
}
