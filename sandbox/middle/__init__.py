"""Stand-in of the gateway (団体内統合宛名機能) and of the intermediate server (自治体中間サーバー) behind it."""
