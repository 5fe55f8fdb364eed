"""Stand-ins for the outside world (模擬環境): portal, intermediate server, receiving systems, register, test JPKI, a synthetic town."""
