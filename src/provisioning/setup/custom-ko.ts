import type { SetupText } from './setup-text.js';

/** Any other SCIM 2.0 client, in Korean. */
export const customKo: SetupText = {
  steps: [
    {
      title: '주소 지정',
      text: '클라이언트는 아래 기본 URL로 HTTPS를 통해 SCIM 2.0(RFC 7643, RFC 7644) 요청을 보냅니다. 그 뒤에 /Users와 /Groups가 붙습니다. /ServiceProviderConfig, /Schemas, /ResourceTypes는 자격 증명 없이 지원 기능을 알려 줍니다.',
      fields: [['기본 URL', 'baseUrl']],
    },
    {
      title: '인증',
      text: '모든 요청에 Authorization: Bearer 뒤에 토큰을 붙여 보내세요. HTTP Basic만 지원하는 클라이언트는 클라이언트 ID를 사용자 이름으로, 클라이언트 시크릿을 비밀번호로 보냅니다.',
      fields: [
        ['Authorization: Bearer', 'token'],
        ['Basic 사용자 이름', 'clientId'],
        ['Basic 비밀번호', 'clientSecret'],
      ],
    },
    {
      title: '사용자 보내기',
      text: '미디어 유형은 application/scim+json입니다. 사용자를 만들기 전에 filter=userName eq "..."로 조회하세요. 없으면 200과 빈 목록이 반환됩니다. 이 페이지의 필수 속성은 꼭 보내야 하며 나머지는 생략할 수 있습니다.',
    },
    {
      title: '그룹 보내기',
      text: 'displayName으로 그룹을 만든 다음 PATCH로 구성원을 추가하거나 제거합니다. 변경 내용이 저장되면 본문 없이 204로 응답하고 잠시 뒤 적용됩니다. 구성원은 /Users가 응답한 ID로 지정하세요.',
    },
    {
      title: '사용자 내보내기',
      text: 'active를 false로 바꾸면 비활성화되고 DELETE는 프로비저닝을 끝냅니다. 두 경우 모두 기록은 남으며 개인정보는 삭제되지 않습니다.',
    },
  ],
  tests: [
    '자격 증명과 함께 GET {baseUrl}/Users?count=1 요청을 보내면 200과 목록이 반환됩니다.',
    'POST로 사용자를 만든 뒤 응답의 Location을 GET으로 읽으면 보낸 내용이 그대로 나옵니다.',
    'PATCH로 active를 false로 바꾸면 그 사용자는 로그인할 수 없고 어떤 그룹에도 속하지 않습니다.',
  ],
};
