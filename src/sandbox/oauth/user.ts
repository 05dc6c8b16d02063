/** The one person who can sign in to the stand-in. */
export const sandboxUser = {
	name: '沙箱用户 Sandy Box',
	en_name: 'Sandy Box',
	open_id: 'ou_5ad573a6411d72b8305fda3a9c15c70e',
	union_id: 'on_d89jhsdhjsajkda7828enjdj328ydhhw3u43yjhdj',
	tenant_key: '736588c92lxf175d',
} as const;
