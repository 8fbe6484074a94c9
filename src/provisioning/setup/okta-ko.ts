import type { SetupText } from './setup-text.js';

/** Okta, in Korean. */
export const oktaKo: SetupText = {
  steps: [
    {
      title: 'API 통합 열기',
      text: 'Okta 관리 콘솔에서 Applications를 열고 구성원이 로그인에 사용하는 애플리케이션을 선택합니다. Provisioning 탭에서 Configure API Integration을 누르고 Enable API integration을 선택하세요.',
    },
    {
      title: '자격 증명 입력',
      text: 'Okta 카탈로그의 애플리케이션은 클라이언트 ID와 클라이언트 시크릿을 사용합니다. 직접 만든 애플리케이션은 기본 URL과 토큰을 요구하므로 HTTP Header를 선택하고 고유 식별자로 userName을 지정하세요.',
      fields: [
        ['Subdomain', 'slug'],
        ['Username', 'clientId'],
        ['Password', 'clientSecret'],
        ['SCIM connector base URL', 'baseUrl'],
        ['Authorization (HTTP Header)', 'token'],
      ],
    },
    { title: '테스트 후 저장', text: 'Test API Credentials를 누릅니다. 성공 메시지가 나타나면 저장하세요.' },
    {
      title: 'Okta가 할 작업 켜기',
      text: 'Provisioning의 To App에서 Edit을 누르고 Create Users, Update User Attributes, Deactivate Users를 켭니다. 비밀번호는 저장하지 않으므로 비밀번호 동기화는 끄세요.',
    },
    {
      title: '매핑 확인',
      text: '아래쪽 속성 매핑을 이 페이지의 속성 목록과 비교하세요. 할당되는 모든 사용자에게 사용자 이름과 이메일 값이 있어야 합니다.',
    },
    {
      title: '사용자 할당',
      text: 'Assignments 탭에서 사용자나 그룹을 할당합니다. 사용자는 바로 생성되며, 할당을 해제하면 비활성화되고 모든 그룹에서 제거됩니다.',
    },
    {
      title: '그룹 푸시',
      text: 'Push Groups 탭에서 이곳에 필요한 그룹을 이름이나 규칙으로 추가하고 Push group memberships immediately를 선택합니다. Okta는 할당용 그룹과 푸시용 그룹을 따로 쓰도록 권장합니다.',
    },
  ],
  tests: [
    '사용자 한 명을 할당하세요. 이 연결이 관리하는 사용자로 나타나며 처음 로그인하기 전에는 라이선스가 없습니다.',
    '그 사용자가 속한 그룹을 푸시하세요. 멤버십이 접수된 뒤 곧 활성 상태가 됩니다.',
    '할당을 해제하세요. 사용자가 비활성화되고 어떤 그룹에도 속하지 않습니다.',
  ],
};
