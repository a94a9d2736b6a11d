export { CallApproval as WaitingApproval } from '../approval/call-approval.tsx'
