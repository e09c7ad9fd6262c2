// Made by `make words`; the words are changed in app/words.
export default {
 "Choose the same once more to go on.": "Escolha os mesmos mais uma vez para continuar.",
 "Copied.": "Copiado.",
 "No answer came from the server. Perhaps the form was saved: look at the studies in another tab before you press “Try now”.": "O servidor não respondeu. Talvez o formulário tenha sido salvo: veja os estudos em outra aba antes de clicar em “Tentar agora”.",
 "Nothing is saved yet: the answer did not come from the study's server.": "Nada foi salvo ainda: a resposta não veio do servidor do estudo.",
 "Nothing is saved yet: the server answered with status {status}.": "Nada foi salvo ainda: o servidor respondeu com o código {status}.",
 "Nothing is saved yet: {sentence}": "Nada foi salvo ainda: {sentence}",
 "Selected; press Ctrl+C (⌘C) to copy.": "Selecionado; pressione Ctrl+C (⌘C) para copiar.",
 "The server can't take it just now.": "O servidor não pode receber isto agora.",
 "The server does not answer, or you are signed out.": "O servidor não responde, ou sua sessão terminou.",
 "This can't be taken.": "Isto não pode ser recebido.",
 "What was dropped can't be read; choose it by the buttons.": "O que foi solto aqui não pode ser lido; escolha pelos botões.",
 "You are signed out, so nothing is saved yet. Sign in in another tab, then press “Try now”.": "Sua sessão terminou, por isso nada foi salvo ainda. Entre em outra aba e depois clique em “Tentar agora”.",
 "You have signed in anew since this form was opened, so nothing is saved yet. Press “Try now”.": "Você entrou de novo depois que este formulário foi aberto, por isso nada foi salvo ainda. Clique em “Tentar agora”.",
 "{count} file is here.": [
  "{count} arquivo chegou.",
  "{count} arquivos chegaram.",
  "{count} arquivos chegaram."
 ],
 "{drawn} cases drawn; each reader sees {seen} and {practice} in practice, about {minutes} min at {seconds} s a case": "{drawn} casos sorteados; cada leitor vê {seen} e mais {practice} de treino, cerca de {minutes} min a {seconds} s por caso",
 "{drawn} cases drawn; each reader sees {seen}, about {minutes} min at {seconds} s a case": "{drawn} casos sorteados; cada leitor vê {seen}, cerca de {minutes} min a {seconds} s por caso",
 "{empty} empty or hidden ones were left out.": "{empty} vazios ou ocultos ficaram de fora.",
 "{part} %: file {number} of {total}": "{part} %: arquivo {number} de {total}"
};
