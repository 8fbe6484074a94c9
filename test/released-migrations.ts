/**
 * What each migration was when it was released. A database that ran it will never run it again, so a change of the file
 * would leave old and new installations different. To change the schema write the next file, list it in src/migrate.ts
 * and add its line here, as `sha256sum migrations/*` prints it; never touch a line that is there.
 */
export const RELEASED: Readonly<Record<string, string>> = {
  '0001-roles.ts': 'c9be52ca59d596ebcdd9176a1f5af88250d12a2d32fe607877c05abe1e106a59',
  '0002-organizations.ts': 'd1dbb133617795ddee8982b394fd1c8872061cc85e62dd6ad5f8c5a3a3b5cd8b',
  '0003-connections.ts': '5a362ed9bf42d03e5e787473647e710922eb01d64fc7a5eb83059927e55e7969',
  '0004-users.ts': '833e12bbe7422fd91167a7241677eba08042502875a0d75a701fba4376abcc29',
  '0005-groups.ts': '0f6e37f5c6d54809bae4248966a9f8f81461152b9600b3b732ce80f46843f83a',
  '0006-invitations.ts': 'e7d2640c682e17c9c8e2275751e4a3ce635ae6c3a5d2cb0ab58758686b4f57f6',
  '0007-audit-log.ts': '41e859ca55e8052845c339b9b967c5f408d0491c6fd0f190df04a48d7e2d8e4a',
  '0008-outbox.ts': 'ae3ae595fcee34fbd6ed8916593e15696b0d268b7f4e9a5e43f1c19659edf46a',
  '0009-rfc-profile.ts': 'c4fa9d6b561e48283a4b4da4f77b49cb38cd049cb2fa094d74f241ac90315710',
  '0010-unconfirmed-answers.ts': 'f6b2350800a27c0428f07960bfe2f59878394d328c42b36c475b4a5d34c69dcc',
  '0011-provisioning-log.ts': 'b789702c2764b98fe5801caddc12959823c92ee348838b99d6ffbdb63d4240f2',
  '0012-cursor-keys.ts': '423d7620bb151c772a7f19347d33b1d90c9226a3d0c5e14bfa04e82fa4993ceb',
  '0013-people-and-language.ts': '75a4eed35ac3075b2a01cc46ab1a65877942c7c4ca30f44984ddddc7ebe9cb4a',
  '0020-tokens-of-people.ts': 'e4e30b6947ffe299504f7c4ed67fa837c35a496c206fd74123284be388b0e529',
  '0021-group-admins-and-courses.ts': 'dced23635e242329014f8b56659a04d4cf8a332a5fcb0fca0e9ada45855c2ce6',
  '0022-bulk-changes.ts': 'c5f7fe9de80e9993dfd4a0d16715c01a94fa2450941c70de39cbb9d8d19cd174',
  '0023-people-search.ts': '74f021a819fa563f26c1c42fff156386c26842c3e43833b97c0632cf97889cf6',
  '0024-attribute-sources.ts': '9eb0320b7dfdc70f9f8e0384cf4e019028870d67d37b216cfb47bf07e404a2d2',
  '0025-membership-events.ts': '57274905f6b6a97a9132815583fd0522c15f83bf0a91c05f3137ae8f624d0712',
  '0026-mails-and-links.ts': 'f677c4a7c1450905342d7c26a08e059c0810e3437742c5da487116c38f1cf14c',
  '0027-invitation-lifecycle.ts': '1a04b0e552a1df96faccb5eeb8f21d51bd6cb7eda165a13a8e86b1dde7cc234b',
  '0028-invitation-batches.ts': 'f169acdc041631669531a036865deb92ebf554528384a71f020f3597bcb0bde9',
  '0029-passwords.ts': '6092212eb55af642d65c656977d445b99e3c437fb95ae2e29420e47f0f9a42ad',
  '0030-licenses.ts': 'eb5762c790198ae45465b7e19c42f178c4268f9990e007ffc917c84d654699bc',
  '0031-approved-domains.ts': 'bc112ff80b69577af66eb40fa1741555d299e626d615b5e4da631de64ef77425',
  '0032-erasure-and-release.ts': 'b717a46a9a78f4dedb4574b36bcddd48becee65998b15a33b54b37d140eb7e5e',
  '0033-connection-set-up.ts': 'e12414faa4dee281994dd31d73b79b1b8cbdec331adbafec7a4d6443af72d5c0',
  '0035-idempotency-keys.ts': '57b5098c12578d04e5b3650a70ede8e51e8a29946e6583217b3621bc275d22c9',
  '0036-provisioning-log-order.ts': 'ebda6e626035ca528470735d22199d769b4d4abb4775c8151df1c54b743f1fd0',
  '0037-unsettled-by-group.ts': 'a84453e937b6d1c7309c2f5ea70d7915ec1c4651c40333b0c703803f1b60abfc',
  '0040-sso-connections.ts': 'c2637377a872af9c783d9a3251aca1cfe42933a9eb0b1f7baf8c2aa5a24927b8',
  '0041-sign-in.ts': 'da11649100ae6f2ed3cc69a96626af799ebaadf7a1e96d329adbf344527098aa',
  '0050-stopped-changes-and-locked-connections.ts':
    'c5b9203b340baf43ebf6b24edef8e8ff5ae37bf90336d709524f6d2618ccd264',
  '0051-words-of-refusals.ts': '8356fc7efb6d4230c4fec9b6c6814679f3ba1d56e8151e5c27f39e263aabcac1',
};
