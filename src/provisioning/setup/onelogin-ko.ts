import type { SetupText } from './setup-text.js';

/** OneLogin, in Korean. */
export const oneloginKo: SetupText = {
  steps: [
    {
      title: '자격 증명 입력',
      text: 'OneLogin 관리 화면에서 Applications를 열고 구성원이 로그인에 사용하는 애플리케이션을 선택한 뒤 Configuration 탭으로 이동합니다. 값을 입력하고 API 연결을 켜세요.',
      fields: [
        ['SCIM Base URL', 'baseUrl'],
        ['SCIM Bearer Token', 'token'],
      ],
    },
    {
      title: '템플릿 채우기',
      text: '같은 탭의 SCIM JSON Template이 전송할 내용을 정합니다. 이 페이지의 속성 목록과 비교하세요. 사용자 이름, 업무용 이메일, active, externalId가 반드시 있어야 합니다.',
    },
    {
      title: '프로비저닝 켜기',
      text: 'Provisioning 탭에서 Enable provisioning을 선택하고 승인이 필요한 작업을 고릅니다. 삭제된 사용자를 일시 중지하거나 삭제하도록 설정하면 두 경우 모두 이곳에서 비활성화됩니다.',
    },
    {
      title: 'OneLogin에 그룹 보여 주기',
      text: 'OneLogin은 이곳에 있는 그룹으로 규칙을 만듭니다. 이 연결에서 공급자가 여기에서 만든 그룹을 볼 수 있게 켜고 그룹을 만든 다음 Provisioning 탭의 Entitlements에서 Refresh를 누르세요.',
    },
    {
      title: '그룹 함께 보내기',
      text: 'Parameters 탭에서 Groups 필드를 열고 Include in User Provisioning을 선택합니다.',
    },
    {
      title: '규칙 작성',
      text: 'Rules 탭에서 그룹마다 규칙을 추가합니다. 조건은 대상을, 동작은 기존 그룹 가운데 어느 그룹에 넣을지를 정합니다. 저장한 뒤 매핑을 다시 적용하세요.',
    },
    {
      title: '사용자 할당',
      text: '역할이나 개별 지정으로 애플리케이션을 할당하고 Users에서 대기 중인 사용자를 승인하세요.',
    },
  ],
  tests: [
    '사용자 한 명을 할당하세요. 이 연결이 관리하는 사용자로 나타나며 처음 로그인하기 전에는 라이선스가 없습니다.',
    '규칙으로 그 사용자를 그룹에 넣으세요. 멤버십이 접수된 뒤 곧 활성 상태가 됩니다.',
    '애플리케이션 할당을 해제하세요. 사용자가 비활성화되고 어떤 그룹에도 속하지 않습니다.',
  ],
};
